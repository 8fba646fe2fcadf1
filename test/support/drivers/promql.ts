import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

/** `name{label="value"}` of an expression. */
export interface Selector {
  name: string;
  matchers: { label: string; operator: string; value: string }[];
}

/** The metrics of an expression and the labels by which it groups or joins. @throws Error for invalid syntax */
export function read(expression: string): { selectors: Selector[]; grouping: string[] } {
  const selectors: Selector[] = [];
  const grouping: string[] = [];
  const textOf = ({ from, to }: { from: number; to: number }) => expression.slice(from, to);
  parser.parse(expression).iterate({
    enter: ({ node }) => {
      if (node.type.isError) throw new Error(`bad syntax: ${expression}`);
      if (node.name === 'VectorSelector') selectors.push(selector(node, textOf));
      if (node.name === 'GroupingLabels') grouping.push(...node.getChildren('LabelName').map(textOf));
    },
  });
  return { selectors, grouping };
}

function selector(node: SyntaxNode, textOf: (node: SyntaxNode) => string): Selector {
  const name = node.getChild('Identifier');
  const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
  return {
    name: name ? textOf(name) : '',
    matchers: matchers.map((matcher) => {
      const [label = '', operator = '', value = '""'] = ['LabelName', 'MatchOp', 'StringLiteral'].map(
        (kind) => {
          const child = matcher.getChild(kind);
          return child ? textOf(child) : '';
        },
      );
      return { label, operator, value: JSON.parse(value) as string };
    }),
  };
}

/** Does a matcher accept this value? Prometheus anchors its regular expressions. */
export function lets({ operator, value }: Selector['matchers'][number], given: string): boolean {
  const matches = operator.endsWith('~') ? new RegExp(`^(?:${value})$`).test(given) : given === value;
  return operator.startsWith('!') ? !matches : matches;
}

import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

interface Panel {
  title: string;
  targets?: { expr: string }[];
}
interface Rule {
  alert: string;
  expr: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}
interface Expression {
  title: string;
  expr: string;
}

const fileOf = (path: string) => readFileSync(path, 'utf8');

/** The text of the documentation. */
export const words = fileOf('docs/operations.md');

const alerts = parse(fileOf('docs/operations/usher-alerts.yml')) as { groups: { rules: Rule[] }[] };
export const rules = alerts.groups.flatMap((group) => group.rules);
export const ruled: Expression[] = rules.map(({ alert, expr }) => ({ title: alert, expr }));

const dashboard = JSON.parse(fileOf('docs/operations/usher-dashboard.json')) as { panels: Panel[] };
/** The expression with Grafana's variables replaced. */
export const drawn: Expression[] = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => ({ title, expr: expr.replaceAll('$__rate_interval', '5m') })),
);

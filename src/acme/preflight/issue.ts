import { escapeControlChars } from '../../common/names/escape-control-chars.js';

export type IssueCode =
  | 'dns.no_such_name'
  | 'dns.no_address'
  | 'dns.server_failed'
  | 'dns.timed_out'
  | 'dns.private_address'
  | 'dns.caa_forbids'
  | 'dns.caa_account'
  | 'dns.caa_unknown'
  | 'http.refused'
  | 'http.timed_out'
  | 'http.unreachable'
  | 'http.too_slow'
  | 'http.not_http'
  | 'http.redirects'
  | 'http.redirects_elsewhere'
  | 'http.too_many_redirects'
  | 'http.not_found'
  | 'http.wrong_answer'
  | 'http.wrong_body';

/** A cause that makes, or may make, a CA's validation of a name fail. */
export interface Issue {
  code: IssueCode;
  /** `fails`: validation will fail. `warns`: it succeeds, or cannot be determined from this machine. */
  severity: 'fails' | 'warns';
  name: string;
  /** The address of the name that has the issue, if it concerns one address. */
  address: string | null;
  /** One sentence. */
  problem: string;
  remedy: string;
}

/** Returns the report for operators: each name with its issues. */
export const reportLines = (names: readonly string[], issues: readonly Issue[]): string[] =>
  names.flatMap((name) => {
    const own = issues.filter((issue) => issue.name === name);
    return [
      `${escapeControlChars(name)}: ${summarize(own)}`,
      ...own.flatMap(({ severity, code, problem, remedy }) => [
        `  ${severity}  ${code}: ${problem}`,
        `         ${remedy}`,
      ]),
    ];
  });

function summarize(issues: Issue[]): string {
  if (issues.some(({ severity }) => severity === 'fails')) return 'will fail';
  return issues.length > 0 ? 'nothing will fail, with warnings' : 'nothing will fail';
}

/** Returns the names whose validation will fail. */
export const failingNames = (issues: readonly Issue[]): string[] => [
  ...new Set(issues.flatMap(({ name, severity }) => (severity === 'fails' ? [name] : []))),
];

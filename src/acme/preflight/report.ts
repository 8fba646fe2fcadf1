import type { Finding } from './finding.js';
import { visible } from '../../platform/names/visible.js';

/** What an operator reads: each name, what is wrong with it, and what to do. */
export const reportLines = (names: readonly string[], findings: readonly Finding[]): string[] =>
  names.flatMap((name) => {
    const own = findings.filter((finding) => finding.name === name);
    return [`${visible(name)}: ${verdictOf(own)}`, ...own.flatMap(linesOf)];
  });

function verdictOf(findings: Finding[]): string {
  if (findings.some(({ severity }) => severity === 'fails')) return 'will fail';
  return findings.length > 0 ? 'nothing will fail, but see' : 'nothing will fail';
}

const linesOf = ({ severity, code, problem, remedy }: Finding): string[] => [
  `  ${severity}  ${code}: ${problem}`,
  `         ${remedy}`,
];

/** The names that will get no certificate. */
export const failingNames = (findings: readonly Finding[]): string[] => [
  ...new Set(findings.flatMap(({ name, severity }) => (severity === 'fails' ? [name] : []))),
];

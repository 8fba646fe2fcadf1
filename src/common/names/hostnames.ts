import { isIP } from 'node:net';
import { domainToASCII, domainToUnicode } from 'node:url';
import { escapeControlChars } from './escape-control-chars.js';

export interface NameOptions {
  /** Allows names that no public CA certifies, such as `shop.test`: for tests and private CAs. */
  allowSpecialNames?: boolean;
}

/** The name as a lower case A-label, or a problem: a predicate that follows the name in a sentence. */
export type CheckedName = { name: string; problem?: undefined } | { name?: undefined; problem: string };

export interface CheckedNames {
  /** Lower case A-labels without duplicates, in the given order. */
  names: string[];
  /** One sentence per invalid name. */
  problems: string[];
}

/** Let's Encrypt's limit for one certificate (letsencrypt.org/docs/rate-limits). */
export const maxNames = 100;

/** Special-use top-level domains (RFC 6761, 6762, 7686 and ICANN's `.internal`). */
const specialNames = ['local', 'localhost', 'internal', 'test', 'invalid', 'example', 'onion'];

/** Returns a problem and a remedy as a predicate that follows the name in a sentence. */
type Rule = (text: string) => string | undefined;

const asTyped: Rule[] = [
  (text) => (text === '' ? 'is empty; give a name such as shop.example.com' : undefined),
  // Before domainToASCII, whose cost grows with the text. No name of 253 bytes needs 1000 characters.
  (text) => (text.length > 1000 ? 'is too long; a name has at most 253 characters' : undefined),
  (text) => (text.includes('://') ? 'is a URL; give only the host name' : undefined),
  (text) => (isIP(text.replace(/^\[(.*)\]$/, '$1')) === 0 ? undefined : ipAddress),
  (text) => (/[/?#\\]/.test(text) ? 'has a path; give only the host name' : undefined),
  (text) => (text.includes('@') ? 'is a mail address; give the part after the @' : undefined),
  (text) => (text.includes(':') ? 'has a port; remove it, because CAs always use port 80' : undefined),
  (text) => (text.includes('*') ? wildcard : undefined),
  (text) => {
    const [bad] = /[^a-z0-9.\-\u{80}-\u{10ffff}]/iu.exec(text) ?? [];
    return bad === undefined
      ? undefined
      : `has the character "${escapeControlChars(bad)}"; a host name has letters, digits, hyphens and dots`;
  },
];

const ipAddress = 'is an IP address; give the host name that leads to it';
// RFC 8555 section 7.1.3 and letsencrypt.org/docs/challenge-types: only dns-01 proves a wildcard.
const wildcard = 'is a wildcard, which http-01 cannot prove; list each name separately';

const invalidInternationalized = 'is not a valid internationalized name; check its spelling';

const asAscii: Rule[] = [
  (name) => (name === '' ? invalidInternationalized : undefined),
  (name) => (isIP(name) === 0 ? undefined : ipAddress),
  (name) => (name.length > 253 ? `has ${name.length} characters; a name has at most 253` : undefined),
  (name) => name.split('.').map(problemOfLabel).find(Boolean),
  // For such names, Node 20 returns an empty string and Node 24 the unchanged name.
  (name) => (isCanonical(name) ? undefined : invalidInternationalized),
  (name) => (name.includes('.') ? undefined : 'has no domain; give the full name, such as shop.example.com'),
];

/** Whether every A-label decodes, and is the canonical form (RFC 5891 section 5.4). */
function isCanonical(name: string): boolean {
  const read = domainToUnicode(name);
  return domainToASCII(read) === name && !read.split('.').some((label) => label.startsWith('xn--'));
}

/** RFC 1034 section 3.5; RFC 5890 section 2.3.1 reserves "??--". */
function problemOfLabel(label: string): string | undefined {
  if (label === '') return 'has an empty label: two consecutive dots or a leading dot; remove it';
  if (label.length > 63)
    return `has a label of ${label.length} characters ("${escapeControlChars(label, 20)}"); a label has at most 63`;
  if (!/^[a-z0-9-]+$/.test(label))
    return `has the label "${escapeControlChars(label)}"; a label has only letters, digits and hyphens`;
  if (label.startsWith('-') || label.endsWith('-'))
    return `has the label "${label}"; a label must not begin or end with a hyphen`;
  if (label.slice(2, 4) === '--' && !label.startsWith('xn--'))
    return `has the label "${label}"; hyphens in positions 3 and 4 are reserved for internationalized names`;
  return undefined;
}

const special: Rule = (name) => {
  const ending = name.slice(name.lastIndexOf('.') + 1);
  return specialNames.includes(ending)
    ? `ends in .${ending}, which no public CA certifies; give a name that is registered in the public DNS`
    : undefined;
};

/** Validates and normalizes one name. Never throws. */
export function checkName(given: string, { allowSpecialNames }: NameOptions = {}): CheckedName {
  const typed = given.trim();
  const name = asciiOf(typed);
  const rules = allowSpecialNames ? asAscii : [...asAscii, special];
  const problem = firstProblem(asTyped, typed) ?? firstProblem(rules, name);
  return problem === undefined ? { name } : { problem };
}

/** Validates and normalizes the names of one certificate. Never throws. */
export function checkNames(given: readonly string[], options: NameOptions = {}): CheckedNames {
  const names = new Set<string>();
  const problems = given.length === 0 ? ['No name was given; give at least one.'] : [];
  for (const text of given) {
    const { name, problem } = checkName(text, options);
    if (problem === undefined) names.add(name);
    else problems.push(`"${escapeControlChars(text)}" ${problem}.`);
  }
  if (names.size > maxNames)
    problems.push(
      `${names.size} names were given; one certificate has at most ${maxNames}, so request several certificates.`,
    );
  return { names: [...names], problems };
}

function firstProblem(rules: Rule[], text: string): string | undefined {
  for (const rule of rules) {
    const problem = rule(text);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Without the root's dot: certificates hold names without it (RFC 5280 section 4.2.1.6). */
const asciiOf = (typed: string): string =>
  typed.length > 1000 ? '' : domainToASCII(typed).replace(/(?<=[^.])\.$/, '');

import { isIP } from 'node:net';
import { domainToASCII, domainToUnicode } from 'node:url';
import { visible } from './visible.js';

export interface NameOptions {
  /** Names that no public CA certifies, such as `shop.test`: for tests, and for a CA of one's own. */
  allowSpecialNames?: boolean;
}

/** The name as a lower case A-label, or what is wrong with it, as the rest of a sentence that begins with the name. */
export type CheckedName = { name: string; problem?: undefined } | { name?: undefined; problem: string };

export interface CheckedNames {
  /** Lower case A-labels, each once, in the order given. */
  names: string[];
  /** A sentence for each name that cannot be had, and why. */
  problems: string[];
}

/** Let's Encrypt's limit for one certificate (letsencrypt.org/docs/rate-limits). */
export const mostNames = 100;

/** Names of one's own network, of examples and of Tor (RFC 6761, 6762, 7686 and ICANN's `.internal`). */
const specialNames = ['local', 'localhost', 'internal', 'test', 'invalid', 'example', 'onion'];

/** What is wrong, and what to do, as the rest of a sentence that begins with the name. */
type Rule = (text: string) => string | undefined;

const asTyped: Rule[] = [
  (text) => (text === '' ? 'is empty; give a name such as shop.example.com' : undefined),
  // Long before domainToASCII, whose work grows with the text: no name of 253 bytes needs as many characters.
  (text) => (text.length > 1000 ? 'is too long; a name has at most 253 characters' : undefined),
  (text) => (text.includes('://') ? 'is an address of a page; give the host name alone' : undefined),
  (text) => (isIP(text.replace(/^\[(.*)\]$/, '$1')) === 0 ? undefined : ipAddress),
  (text) => (/[/?#\\]/.test(text) ? 'has a path; give the host name alone' : undefined),
  (text) => (text.includes('@') ? 'is a mail address; give the part after the @' : undefined),
  (text) => (text.includes(':') ? 'has a port; leave it out, a CA always asks port 80' : undefined),
  (text) => (text.includes('*') ? wildcard : undefined),
  (text) => {
    const [bad] = /[^a-z0-9.\-\u{80}-\u{10ffff}]/iu.exec(text) ?? [];
    return bad === undefined
      ? undefined
      : `has the character "${visible(bad)}"; a host name has letters, digits, hyphens and dots`;
  },
];

const ipAddress = 'is an IP address; give the host name that leads to it';
// RFC 8555 section 7.1.3 and letsencrypt.org/docs/challenge-types: only dns-01 proves a wildcard.
const wildcard = 'is a wildcard, which http-01 cannot prove; list each name by itself';

const noInternationalName = 'is no valid international name; write it as its registrar does';

const asAscii: Rule[] = [
  (name) => (name === '' ? noInternationalName : undefined),
  (name) => (isIP(name) === 0 ? undefined : ipAddress),
  (name) => (name.length > 253 ? `has ${name.length} characters; a name has at most 253` : undefined),
  (name) => name.split('.').map(problemOfLabel).find(Boolean),
  // Node 20 answers with nothing when such a name cannot be read, Node 24 with the name as it is.
  (name) => (isReadable(name) ? undefined : noInternationalName),
  (name) =>
    name.includes('.') ? undefined : 'is a single word; give the whole name, such as shop.example.com',
];

/** Does every A-label in it say something, and in the one way in which that is written? (RFC 5891 section 5.4) */
function isReadable(name: string): boolean {
  const read = domainToUnicode(name);
  return domainToASCII(read) === name && !read.split('.').some((label) => label.startsWith('xn--'));
}

/** RFC 1034 section 3.5, and RFC 5890 section 2.3.1 for the reserved "??--". */
function problemOfLabel(label: string): string | undefined {
  if (label === '') return 'has two dots in a row or begins with one; take it out';
  if (label.length > 63)
    return `has a part of ${label.length} characters ("${visible(label, 20)}"); a part has at most 63`;
  if (!/^[a-z0-9-]+$/.test(label))
    return `has the part "${visible(label)}"; letters, digits and hyphens only`;
  if (label.startsWith('-') || label.endsWith('-'))
    return `has the part "${label}"; a part neither begins nor ends with a hyphen`;
  if (label.slice(2, 4) === '--' && !label.startsWith('xn--'))
    return `has the part "${label}"; only international names have two hyphens at this place`;
  return undefined;
}

const special: Rule = (name) => {
  const ending = name.slice(name.lastIndexOf('.') + 1);
  return specialNames.includes(ending)
    ? `ends in .${ending}, which no public CA certifies; give a name that is registered in the public DNS`
    : undefined;
};

/** Checks and normalises one name. Never throws. */
export function checkName(given: string, { allowSpecialNames }: NameOptions = {}): CheckedName {
  const typed = given.trim();
  const name = asciiOf(typed);
  const rules = allowSpecialNames ? asAscii : [...asAscii, special];
  const problem = firstProblem(asTyped, typed) ?? firstProblem(rules, name);
  return problem === undefined ? { name } : { problem };
}

/** Checks and normalises the names that somebody wants one certificate for. Never throws. */
export function checkNames(given: readonly string[], options: NameOptions = {}): CheckedNames {
  const names = new Set<string>();
  const problems = given.length === 0 ? ['No name was given; give at least one.'] : [];
  for (const text of given) {
    const { name, problem } = checkName(text, options);
    if (problem === undefined) names.add(name);
    else problems.push(`"${visible(text)}" ${problem}.`);
  }
  if (names.size > mostNames)
    problems.push(
      `These are ${names.size} names; one certificate has at most ${mostNames}, so ask for several certificates.`,
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

/** The dot of the root says nothing here, and certificates are written without it (RFC 5280 section 4.2.1.6). */
const asciiOf = (typed: string): string =>
  typed.length > 1000 ? '' : domainToASCII(typed).replace(/(?<=[^.])\.$/, '');

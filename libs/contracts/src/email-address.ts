import { domainToASCII, domainToUnicode } from 'node:url';

// The only e-mail address parser. It imports no library because the migration Lambda bundles it.

/** RFC 5321 section 4.5.3.1.1, in octets. */
const longestLocalPart = 64;

/** RFC 5321 section 4.5.3.1.3 minus the angle brackets, in octets, with the domain as A-label. */
const longestAddress = 254;

/** UTF-16 code units of the raw input. Above `longestAddress`, because normalisation can shorten an address. */
const longestTyped = 512;

/** An address in the form used for comparison: lower case, the local part in NFC, the domain as A-label (RFC 5890). */
export interface EmailAddress {
  local: string;
  domain: string;
}

// `atext` of RFC 5321 section 4.1.2, extended to non-ASCII characters by RFC 6531. Excludes `<>()[],;:\"`.
const ascii = "a-z0-9!#$%&'*+/=?^_`{|}~\\-";
const atoms = new RegExp(`^[${ascii}.\\p{L}\\p{M}\\p{N}\\p{S}\\p{P}]+$`, 'u');
const specials = /[<>()[\],;:\\"@]/;
const quoted = /^"(?:[^"\\\p{C}]|\\[^\p{C}])+"$/u;

/** The local part of a new address: letters, marks and digits of any script, no leading, trailing or double dot. */
const newAtom = `[${ascii}\\p{L}\\p{M}\\p{N}]+`;
const newLocalPart = new RegExp(`^${newAtom}(?:\\.${newAtom})*$`, 'u');

/** Excludes URL delimiters, because `domainToASCII` parses its argument like the host of a URL. */
const hostCharacters = /^[a-z0-9._\-\u0080-\u{10ffff}]+$/u;
const label = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
/** The last label is not a number: `domainToASCII` turns `0x7f.1` into an IPv4 address. */
const host = new RegExp(`^(?=.{1,253}$)(?:${label}\\.)*(?!\\d+$)${label}$`);
const newLabel = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const newHost = new RegExp(`^(?:${newLabel}\\.)+${newLabel}$`);

/** Normalises like Devise with `strip_whitespace_keys` and `case_insensitive_keys`. */
export const normaliseEmail = (typed: string): string => typed.trim().toLowerCase();

/**
 * Parses any address that SMTP can carry, including forms found only in old tables: quoted local parts, misplaced dots,
 * host names of one label.
 * @returns `undefined` for anything else, such as `<x@example.com>`, `mailto:x@example.com` and lists
 */
export function parseEmailAddress(typed: unknown): EmailAddress | undefined {
  if (typeof typed !== 'string' || typed.length > longestTyped || !typed.isWellFormed()) return undefined;
  const email = normaliseEmail(typed);
  const at = email.lastIndexOf('@');
  const local = normaliseEmail(email.slice(0, Math.max(at, 0)).normalize('NFC'));
  const domain = hostOf(email.slice(at + 1));
  if (domain === undefined || !isLocalPart(local)) return undefined;
  return octets(local) + 1 + domain.length > longestAddress ? undefined : { local, domain };
}

/** Is the value accepted as a new address? RFC 5321 without quoted local parts, and a domain of at least two labels. */
export function isEmailAddress(value: unknown): boolean {
  const address = parseEmailAddress(value);
  if (address === undefined || octets(address.local) > longestLocalPart) return false;
  return newLocalPart.test(address.local) && newHost.test(address.domain);
}

/**
 * @returns all distinct spellings of an address, normalised: domain as A-label and as U-label, each part in NFC and NFD. The
 * first is the canonical spelling, which new users get. An ASCII address without A-label has one spelling.
 */
export function emailSpellings(typed: string): [string, ...string[]] {
  const email = normaliseEmail(typed);
  if (isPlain(email)) return [email];
  const address = parseEmailAddress(email);
  if (address === undefined) return [email];
  const { local, domain } = address;
  const spellings = domainSpellings(domain).flatMap((name) =>
    [local, local.normalize('NFD')].map((form) => `${form}@${name}`),
  );
  return [...new Set(spellings)] as [string, ...string[]];
}

/** @returns the first of `emailSpellings`, used in keys and as the user name of a new user */
export const canonicalEmail = (typed: string): string => emailSpellings(typed)[0];

/** Are these spellings of one address? */
export const isSameAddress = (one: string, other: string): boolean =>
  canonicalEmail(one) === canonicalEmail(other);

/**
 * @returns the mailbox to send mail to, with the local part as stored (RFC 5321 section 2.4); `undefined` if the text is not
 * exactly one address
 */
export function toMailbox(stored: string): string | undefined {
  const address = parseEmailAddress(stored);
  const text = stored.trim();
  const local = text.slice(0, text.lastIndexOf('@'));
  return address && isLocalPart(local.toLowerCase()) ? `${local}@${address.domain}` : undefined;
}

const octets = (text: string): number => Buffer.byteLength(text);

/** Also checks the decomposed form: U+226E decomposes into `<` and a mark. */
const isLocalPart = (local: string): boolean =>
  quoted.test(local) || [local, local.normalize('NFD')].every((form) => isAtoms(form));

const isAtoms = (local: string): boolean => atoms.test(local) && !specials.test(local);

/** Addresses of one table share few domains, and `domainToASCII` takes as long as the rest of the parser. */
let last: { domain: string; host: string | undefined } = { domain: '', host: undefined };

function hostOf(domain: string): string | undefined {
  if (last.domain !== domain) last = { domain, host: parseHost(domain) };
  return last.host;
}

function parseHost(domain: string): string | undefined {
  if (!hostCharacters.test(domain)) return undefined;
  const name = domainToASCII(domain);
  return host.test(name) ? name : undefined;
}

const isPlain = (email: string): boolean => /^[\x20-\x7e]*$/.test(email) && !email.includes('xn--');

/** Includes the U-label only if it converts back to the same A-label. */
function domainSpellings(domain: string): string[] {
  const unicode = domainToUnicode(domain);
  if (hostOf(unicode) !== domain) return [domain];
  return [domain, unicode.normalize('NFC'), unicode.normalize('NFD')];
}

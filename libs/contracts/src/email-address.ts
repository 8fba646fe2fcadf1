import { domainToASCII, domainToUnicode } from 'node:url';

// The one parser of e-mail addresses. It imports no library: the migration Lambda bundles it.

/** RFC 5321 section 4.5.3.1.1, in octets. */
const longestLocalPart = 64;

/** RFC 5321 section 4.5.3.1.3 less the angle brackets, in octets, with the domain as A-label. */
const longestAddress = 254;

/** UTF-16 code units, looked at first. Decomposed letters and ignorable characters make an address longer than it counts. */
const longestTyped = 512;

/** An address as it is compared: lower case, the local part in NFC, the domain as A-label (RFC 5890). */
export interface EmailAddress {
  local: string;
  domain: string;
}

// RFC 5321 section 4.1.2 `atext` and, as RFC 6531 adds it, what is not ASCII. None of `<>()[],;:\` and no `"`.
const ascii = "a-z0-9!#$%&'*+/=?^_`{|}~\\-";
const atoms = new RegExp(`^[${ascii}.\\p{L}\\p{M}\\p{N}\\p{S}\\p{P}]+$`, 'u');
const specials = /[<>()[\],;:\\"@]/;
const quoted = /^"(?:[^"\\\p{C}]|\\[^\p{C}])+"$/u;

/** What a new address may have before the `@`: letters, marks and digits of any script, and no misplaced dot. */
const newAtom = `[${ascii}\\p{L}\\p{M}\\p{N}]+`;
const newLocalPart = new RegExp(`^${newAtom}(?:\\.${newAtom})*$`, 'u');

/** No character that means something in a URL, so that `domainToASCII` sees a host name and nothing else. */
const hostCharacters = /^[a-z0-9._\-\u0080-\u{10ffff}]+$/u;
const label = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
/** The last label is no number: `domainToASCII` makes an IPv4 address of `0x7f.1`. */
const host = new RegExp(`^(?=.{1,253}$)(?:${label}\\.)*(?!\\d+$)${label}$`);
const newLabel = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const newHost = new RegExp(`^(?:${newLabel}\\.)+${newLabel}$`);

/** As Devise compares: `strip_whitespace_keys` and `case_insensitive_keys`. */
export const normaliseEmail = (typed: string): string => typed.trim().toLowerCase();

/**
 * Reads any address that SMTP can carry, also what only old tables have: quoted local parts, misplaced dots, host names of
 * one label. `undefined` for everything else, `<x@example.com>`, `mailto:x@example.com` and lists among it.
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

/** True for an address that a person may newly get here: RFC 5321 without quoted local parts, at a domain of two labels or more. */
export function isEmailAddress(value: unknown): boolean {
  const address = parseEmailAddress(value);
  if (address === undefined || octets(address.local) > longestLocalPart) return false;
  return newLocalPart.test(address.local) && newHost.test(address.domain);
}

/**
 * Every spelling of one address, normalised, each once: the domain as A-label and U-label, everything in NFC and NFD. The
 * first is the canonical one, which new users get. An address in ASCII without A-label has one spelling.
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

/** The spelling that stands for all others: in keys, and as the name of a new user. */
export const canonicalEmail = (typed: string): string => emailSpellings(typed)[0];

/**
 * The one mailbox that a mail may go to, with the local part as it is stored (RFC 5321 section 2.4), or `undefined` where
 * the text is no address or could mean more than one.
 */
export function toMailbox(stored: string): string | undefined {
  const address = parseEmailAddress(stored);
  const text = stored.trim();
  const local = text.slice(0, text.lastIndexOf('@'));
  return address && isLocalPart(local.toLowerCase()) ? `${local}@${address.domain}` : undefined;
}

const octets = (text: string): number => Buffer.byteLength(text);

/** The decomposed form counts as well: U+226E decomposes into `<` and a mark. */
const isLocalPart = (local: string): boolean =>
  quoted.test(local) || [local, local.normalize('NFD')].every((form) => isAtoms(form));

const isAtoms = (local: string): boolean => atoms.test(local) && !specials.test(local);

function hostOf(domain: string): string | undefined {
  if (!hostCharacters.test(domain)) return undefined;
  const name = domainToASCII(domain);
  return host.test(name) ? name : undefined;
}

const isPlain = (email: string): boolean => /^[\x20-\x7e]*$/.test(email) && !email.includes('xn--');

/** The U-label only where it leads back to the A-label. */
function domainSpellings(domain: string): string[] {
  const unicode = domainToUnicode(domain);
  if (hostOf(unicode) !== domain) return [domain];
  return [domain, unicode.normalize('NFC'), unicode.normalize('NFD')];
}

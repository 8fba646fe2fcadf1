import { domainToASCII, domainToUnicode } from 'node:url';

/** An address as we compare it: Devise's `strip_whitespace_keys` and `case_insensitive_keys`. */
export function normaliseEmail(typed: string): string {
  return typed.trim().toLowerCase();
}

/**
 * Every spelling of one address, normalised, each once: the domain as A-label (RFC 5890) and as U-label, in NFC and NFD.
 * The first is the one that new pool users get. Most addresses have one spelling.
 */
export function emailSpellings(typed: string): string[] {
  const email = normaliseEmail(typed);
  const at = email.lastIndexOf('@');
  const [local, domain] = [email.slice(0, at), email.slice(at + 1)];
  const ascii = at < 0 ? '' : domainToASCII(domain.normalize('NFC'));
  const domains = ascii === '' ? [domain] : [ascii, domainToUnicode(ascii), domain];
  const forms = [local.normalize('NFC'), local.normalize('NFD'), local].flatMap((name) =>
    domains.flatMap((host) =>
      [host, host.normalize('NFD')].map((form) => (at < 0 ? form : `${name}@${form}`)),
    ),
  );
  return [...new Set(forms)];
}

import type { CaaRecord } from 'node:dns';
import type { Lookup, LookupFailure } from './dns-lookup.js';

/** Whether CAA records allow a CA to issue after http-01 validation. */
export type CaaVerdict =
  | { kind: 'allowed' }
  /** `reason` continues the phrase "The CAA records of NAME". */
  | { kind: 'forbidden'; reason: string }
  /** An unknown tag with the critical flag (RFC 8659 section 4.1). */
  | { kind: 'unknown_tag'; tag: string }
  /** Only these ACME accounts may issue (RFC 8657 section 3); the account of Usher is not known here. */
  | { kind: 'for_accounts'; accounts: string[] };

/** The relevant records and the name that has them, or the name whose lookup failed. */
export type RelevantCaa =
  { at: string; records: CaaRecord[] } | { at: string; failure: LookupFailure } | undefined;

/** Climbs from the name to its top-level domain (RFC 8659 section 3). Stops at a failed lookup, because a CA must refuse then. */
export async function findRelevantCaa(
  name: string,
  lookUp: (name: string) => Promise<Lookup<CaaRecord>>,
): Promise<RelevantCaa> {
  const labels = name.split('.');
  for (const level of labels.keys()) {
    const at = labels.slice(level).join('.');
    const found = await lookUp(at);
    if (found.failure === undefined) {
      if (found.records.length > 0) return { at, records: found.records };
    } else if (found.failure.kind !== 'no_such_name') return { at, failure: found.failure };
  }
  return undefined;
}

export interface Issuer {
  domain: string;
  parameters: Map<string, string>;
}

/** Parses the domain of the CA and its `tag=value` parameters (RFC 8659 section 4.2). `;` alone names no CA. */
export function parseIssuer(value: string): Issuer {
  const [domain = '', ...rest] = value.split(';').map((part) => part.trim());
  const pairs = rest.filter(Boolean).map((part): [string, string] => {
    const [, tag = part, text = ''] = /^([^=]*)=(.*)$/s.exec(part) ?? [];
    return [tag.trim().toLowerCase(), text.trim()];
  });
  return { domain: domain.toLowerCase(), parameters: new Map(pairs) };
}

/** Tags that Boulder knows, and tags that do not concern TLS certificates (IANA, "CAA Property Tags"). */
const knownTags = ['issue', 'issuewild', 'iodef', 'issuemail', 'issuevmc', 'contactemail', 'contactphone'];

export function judgeCaa(records: CaaRecord[], ca: string): CaaVerdict {
  const tag = records.flatMap(criticalTags).find((one) => !knownTags.includes(one));
  if (tag !== undefined) return { kind: 'unknown_tag', tag };
  const issuers = records.flatMap(issuersOf).map(parseIssuer);
  // Without an "issue" tag every CA may issue (RFC 8659 section 4.2); "issuewild" is for wildcards only.
  if (issuers.length === 0) return { kind: 'allowed' };
  const ours = issuers.filter(({ domain }) => domain === ca.toLowerCase());
  if (ours.length === 0) return { kind: 'forbidden', reason: `do not allow ${ca}` };
  const byHttp = ours.filter(allowsHttp01);
  if (byHttp.length === 0)
    return { kind: 'forbidden', reason: `allow ${ca}, but not by the method http-01 (validationmethods)` };
  const accounts = byHttp.map(({ parameters }) => parameters.get('accounturi'));
  return accounts.every((account) => account !== undefined)
    ? { kind: 'for_accounts', accounts }
    : { kind: 'allowed' };
}

/** RFC 8657 section 4 */
function allowsHttp01({ parameters }: Issuer): boolean {
  const methods = parameters.get('validationmethods');
  return methods === undefined || methods.split(',').some((method) => method.trim() === 'http-01');
}

const tagsOf = (record: CaaRecord): [tag: string, value: unknown][] =>
  Object.entries(record)
    // Node 24 adds `type` to each record.
    .filter(([tag, value]) => tag !== 'critical' && !(tag === 'type' && value === 'CAA'))
    .map(([tag, value]) => [tag.toLowerCase(), value]);

const issuersOf = (record: CaaRecord): string[] =>
  tagsOf(record).flatMap(([tag, value]) => (tag === 'issue' ? [String(value)] : []));

/** The critical flag is bit 7 (RFC 8659 section 4.1); Let's Encrypt also accepts bit 0, because many zones set it. */
const criticalTags = (record: CaaRecord): string[] =>
  (Number(record.critical) & 0x81) === 0 ? [] : tagsOf(record).map(([tag]) => tag);

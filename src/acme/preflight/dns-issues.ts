import type { CaaRecord } from 'node:dns';
import { judgeCaa, type RelevantCaa } from './caa.js';
import type { Lookup, LookupFailure } from './dns-lookup.js';
import type { Issue } from './issue.js';
import { isPublicAddress } from './public-address.js';
import { escapeControlChars } from '../../common/names/escape-control-chars.js';

const createIssue = (
  name: string,
  code: Issue['code'],
  [problem, remedy]: [string, string],
  more: Partial<Issue> = {},
): Issue => ({ code, severity: 'fails', name, address: null, problem, remedy, ...more });

const failureTexts: Record<'server_failed' | 'timed_out', string> = {
  server_failed: 'The name servers failed to answer',
  timed_out: 'The name servers did not answer in time',
};

/** The issues of the A and AAAA lookups. */
export function addressIssues(name: string, ipv4: Lookup<string>, ipv6: Lookup<string>): Issue[] {
  const failures = [ipv4, ipv6].flatMap(({ failure }) => failure ?? []);
  const addresses = [ipv4, ipv6].flatMap(({ records = [] }) => records);
  const broken = failures.find(({ kind }) => kind !== 'no_such_name');
  if (broken) return [lookupIssue(name, broken, addresses.length > 0)];
  if (addresses.length > 0) return [];
  return failures.length > 0 ? [noSuchName(name)] : [noAddress(name)];
}

const noSuchName = (name: string): Issue =>
  createIssue(name, 'dns.no_such_name', [
    `${escapeControlChars(name)} does not exist in the DNS.`,
    'Add an A record with the address of Usher or of the proxy before it, or correct the spelling.',
  ]);

const noAddress = (name: string): Issue =>
  createIssue(name, 'dns.no_address', [
    `${escapeControlChars(name)} has neither an A nor an AAAA record.`,
    'Add an A record with the address of Usher or of the proxy before it.',
  ]);

/** With addresses of the other family Let's Encrypt continues. */
function lookupIssue(name: string, { kind, detail }: LookupFailure, othersFound: boolean): Issue {
  const code = kind === 'timed_out' ? 'dns.timed_out' : 'dns.server_failed';
  const what = failureTexts[kind === 'timed_out' ? kind : 'server_failed'];
  const half = othersFound ? 'one type of address records (A or AAAA)' : 'addresses';
  return createIssue(
    name,
    code,
    [
      `${what} when asked for ${half} of ${escapeControlChars(name)} (${escapeControlChars(detail)}).`,
      'Contact the DNS operator of this domain; often DNSSEC or the delegation is broken.',
    ],
    { severity: othersFound ? 'warns' : 'fails' },
  );
}

export const privateAddressIssues = (name: string, addresses: string[]): Issue[] =>
  addresses
    .filter((address) => !isPublicAddress(address))
    .map((address) =>
      createIssue(
        name,
        'dns.private_address',
        [
          `${address} is a private or reserved address, which CAs cannot reach.`,
          'Add the public address to the DNS, or query public name servers if yours answer differently inside.',
        ],
        { address },
      ),
    );

export function caaIssues(name: string, caa: RelevantCaa, ca: string): Issue[] {
  if (caa === undefined) return [];
  return 'failure' in caa ? [caaUnknown(name, caa.at, caa.failure)] : caaVerdict(name, caa, ca);
}

/** Other failures of this resolver do not prove that the CA's resolver fails too. */
function caaUnknown(name: string, at: string, { kind, detail }: LookupFailure): Issue {
  const isServerFailure = kind === 'timed_out' || detail === 'ESERVFAIL';
  return createIssue(
    name,
    'dns.caa_unknown',
    [
      `The CAA records of ${escapeControlChars(at)} could not be looked up (${escapeControlChars(detail)}), and a CA must refuse then.`,
      'Ask the DNS operator of this domain to answer CAA queries, even with an empty answer.',
    ],
    { severity: isServerFailure ? 'fails' : 'warns' },
  );
}

function caaVerdict(
  name: string,
  { at, records }: { at: string; records: CaaRecord[] },
  ca: string,
): Issue[] {
  const verdict = judgeCaa(records, ca);
  const subject = `The CAA records of ${escapeControlChars(at)}`;
  switch (verdict.kind) {
    case 'allowed':
      return [];
    case 'forbidden': {
      const remedy = `Add the record: ${escapeControlChars(at)} CAA 0 issue "${ca}".`;
      return [createIssue(name, 'dns.caa_forbids', [`${subject} ${verdict.reason}.`, remedy])];
    }
    case 'unknown_tag': {
      const sentence = `${subject} have the critical tag "${escapeControlChars(verdict.tag)}", which CAs do not support.`;
      return [createIssue(name, 'dns.caa_forbids', [sentence, 'Remove that record, or its critical flag.'])];
    }
    case 'for_accounts': {
      const accounts = verdict.accounts.map((account) => escapeControlChars(account)).join(', ');
      const sentence = `${subject} allow ${ca} only for the account ${accounts}.`;
      const remedy =
        'Compare it with the account of Usher, and add a record for the account of Usher if it is different.';
      return [createIssue(name, 'dns.caa_account', [sentence, remedy], { severity: 'warns' })];
    }
  }
}

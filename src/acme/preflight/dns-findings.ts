import type { CaaRecord } from 'node:dns';
import { judgeCaa, type RelevantCaa } from './caa.js';
import type { Lookup, LookupFailure } from './dns-lookup.js';
import type { Finding } from './finding.js';
import { isPublicAddress } from './public-address.js';
import { visible } from '../../platform/names/visible.js';

const finding = (
  name: string,
  code: Finding['code'],
  [problem, remedy]: [string, string],
  more: Partial<Finding> = {},
): Finding => ({ code, severity: 'fails', name, address: null, problem, remedy, ...more });

const unanswered: Record<'server_failed' | 'timed_out', string> = {
  server_failed: 'The name servers failed to answer',
  timed_out: 'The name servers did not answer in time',
};

/** What the two address lookups of a name say by themselves. */
export function addressFindings(name: string, ipv4: Lookup<string>, ipv6: Lookup<string>): Finding[] {
  const failures = [ipv4, ipv6].flatMap(({ failure }) => failure ?? []);
  const addresses = [ipv4, ipv6].flatMap(({ records = [] }) => records);
  const broken = failures.find(({ kind }) => kind !== 'no_such_name');
  if (broken) return [lookupFinding(name, broken, addresses.length > 0)];
  if (addresses.length > 0) return [];
  return failures.length > 0 ? [noSuchName(name)] : [noAddress(name)];
}

const noSuchName = (name: string): Finding =>
  finding(name, 'dns.no_such_name', [
    `The DNS knows no name ${visible(name)}.`,
    'Add an A record with the address of Usher or of the proxy before it, or mend the spelling.',
  ]);

const noAddress = (name: string): Finding =>
  finding(name, 'dns.no_address', [
    `${visible(name)} has neither an A nor an AAAA record.`,
    'Add an A record with the address of Usher or of the proxy before it.',
  ]);

/** With addresses of the other kind Let's Encrypt goes on. */
function lookupFinding(name: string, { kind, detail }: LookupFailure, othersFound: boolean): Finding {
  const code = kind === 'timed_out' ? 'dns.timed_out' : 'dns.server_failed';
  const what = unanswered[kind === 'timed_out' ? kind : 'server_failed'];
  const half = othersFound ? 'one kind of addresses (A or AAAA)' : 'addresses';
  return finding(
    name,
    code,
    [
      `${what} when asked for ${half} of ${visible(name)} (${visible(detail)}).`,
      'Ask whoever runs the DNS of this domain; often DNSSEC or the delegation is broken.',
    ],
    { severity: othersFound ? 'warns' : 'fails' },
  );
}

export const privateAddressFindings = (name: string, addresses: string[]): Finding[] =>
  addresses
    .filter((address) => !isPublicAddress(address))
    .map((address) =>
      finding(
        name,
        'dns.private_address',
        [
          `${address} is a private or reserved address, which no CA can reach.`,
          'Put the public address into the DNS, or ask the public name servers if yours answer differently inside.',
        ],
        { address },
      ),
    );

export function caaFindings(name: string, caa: RelevantCaa, ca: string): Finding[] {
  if (caa === undefined) return [];
  return 'failure' in caa ? [caaUnknown(name, caa.at, caa.failure)] : caaVerdict(name, caa, ca);
}

/** A resolver of ours that cannot read the answer is no proof that the CA's cannot. */
function caaUnknown(name: string, at: string, { kind, detail }: LookupFailure): Finding {
  const theirs = kind === 'timed_out' || detail === 'ESERVFAIL';
  return finding(
    name,
    'dns.caa_unknown',
    [
      `The CAA records of ${visible(at)} could not be looked up (${visible(detail)}), and a CA that cannot see them must refuse.`,
      'Ask whoever runs the DNS of this domain to answer questions for CAA records, be it with an empty answer.',
    ],
    { severity: theirs ? 'fails' : 'warns' },
  );
}

function caaVerdict(
  name: string,
  { at, records }: { at: string; records: CaaRecord[] },
  ca: string,
): Finding[] {
  const verdict = judgeCaa(records, ca);
  const subject = `The CAA records of ${visible(at)}`;
  switch (verdict.kind) {
    case 'allowed':
      return [];
    case 'forbidden': {
      const remedy = `Add the record: ${visible(at)} CAA 0 issue "${ca}".`;
      return [finding(name, 'dns.caa_forbids', [`${subject} ${verdict.reason}.`, remedy])];
    }
    case 'unknown_tag': {
      const sentence = `${subject} have the critical tag "${visible(verdict.tag)}", which CAs do not know.`;
      return [finding(name, 'dns.caa_forbids', [sentence, 'Remove that record, or its critical flag.'])];
    }
    case 'for_accounts': {
      const accounts = verdict.accounts.map((account) => visible(account)).join(', ');
      const sentence = `${subject} allow ${ca} only for the account ${accounts}.`;
      const remedy = 'Compare it with the account of Usher, and add a record for that one if it is another.';
      return [finding(name, 'dns.caa_account', [sentence, remedy], { severity: 'warns' })];
    }
  }
}

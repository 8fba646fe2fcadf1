import type { Challenge } from './challenge.service.js';
import { findRelevantCaa } from './preflight/caa.js';
import { addressIssues, caaIssues, privateAddressIssues } from './preflight/dns-issues.js';
import { DnsLookup } from './preflight/dns-lookup.js';
import { followRedirects, type ProbeContext } from './preflight/follow-redirects.js';
import { findProblem, httpIssue, type ProbedAddress } from './preflight/http-issues.js';
import type { Issue } from './preflight/issue.js';
import { defaultSettings, type PreflightSettings } from './preflight/preflight-settings.js';
import { isPublicAddress } from './preflight/public-address.js';

export { failingNames, type Issue, reportLines } from './preflight/issue.js';
export { defaultSettings, type PreflightSettings } from './preflight/preflight-settings.js';

/** Names, and addresses of each name. */
const concurrency = 8;

/**
 * Returns the issues that make, or may make, the validation of these names by http-01 fail (RFC 8555 section 8.3).
 * Never throws because of a name server or web server.
 * @param names as returned by `checkNames`
 * @param challenge is published by the caller
 */
export async function preflight(
  names: readonly string[],
  challenge: Challenge,
  options: Partial<PreflightSettings> = {},
): Promise<Issue[]> {
  const settings = { ...defaultSettings, ...options };
  const context = { dns: new DnsLookup(settings), settings };
  const issues = await mapConcurrently(names, (name) => checkName(name, challenge, context));
  return issues.flat();
}

async function checkName(name: string, challenge: Challenge, context: ProbeContext): Promise<Issue[]> {
  const { dns, settings } = context;
  const [ipv4, ipv6] = await Promise.all([dns.ipv4(name), dns.ipv6(name)]);
  const issues = addressIssues(name, ipv4, ipv6);
  const addresses = [...new Set([...(ipv4.records ?? []), ...(ipv6.records ?? [])])];
  // For a name that does not exist one issue is enough.
  if (addresses.length === 0 && issues.every(({ code }) => code !== 'dns.no_address')) return issues;
  const caa = await findRelevantCaa(name, (at) => dns.caa(at));
  issues.push(...caaIssues(name, caa, settings.ca));
  if (!settings.allowPrivateAddresses) issues.push(...privateAddressIssues(name, addresses));
  const reachable = addresses.filter((one) => settings.allowPrivateAddresses || isPublicAddress(one));
  return [...issues, ...(await probeAddresses(name, reachable, { challenge, context }))];
}

async function probeAddresses(
  name: string,
  addresses: string[],
  { challenge, context }: { challenge: Challenge; context: ProbeContext },
): Promise<Issue[]> {
  const { settings } = context;
  const path = `/.well-known/acme-challenge/${challenge.token}`;
  const target = { scheme: 'http', host: name, port: settings.httpPort, path } as const;
  const probed = await mapConcurrently(addresses, async (address): Promise<ProbedAddress> => {
    return { name, address, result: await followRedirects(target, address, context) };
  });
  const correct = probed.find(({ result }) => !findProblem(result, challenge, settings))?.address;
  return probed.flatMap((one) => {
    const issue = httpIssue(one, challenge, settings);
    return issue ? withOtherAddresses(issue, { addresses, correct }) : [];
  });
}

const connectionCodes: readonly Issue['code'][] = ['http.refused', 'http.timed_out'];

/** Compares with the other addresses, because a name with one wrong address fails only sometimes. */
function withOtherAddresses(
  issue: Issue,
  { addresses, correct }: { addresses: string[]; correct: string | undefined },
): Issue {
  const { severity, address, code, remedy } = issue;
  if (severity === 'warns') return issue;
  const advice = `remove ${address} from the DNS if it is not yours. Otherwise: ${remedy}`;
  const hasIpv4 = addresses.some((one) => !one.includes(':'));
  // Boulder tries IPv6 first, and IPv4 only after a failed connection (letsencrypt.org/docs/ipv6-support).
  if (address?.includes(':') && connectionCodes.includes(code) && hasIpv4)
    return {
      ...issue,
      severity: 'warns',
      remedy: `Let's Encrypt falls back to IPv4, other CAs may not: ${advice}`,
    };
  return correct === undefined ? issue : { ...issue, remedy: `${correct} answers correctly: ${advice}` };
}

/** Returns the results in the order of the items. */
async function mapConcurrently<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const entries = items.entries();
  const worker = async () => {
    for (const [index, item] of entries) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return results;
}

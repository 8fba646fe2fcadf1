import { relevantCaa } from './caa.js';
import { addressFindings, caaFindings, privateAddressFindings } from './dns-findings.js';
import { DnsLookup } from './dns-lookup.js';
import type { Finding } from './finding.js';
import { follow, type World } from './follow.js';
import { type Asked, faultOf, httpFinding } from './http-findings.js';
import { isPublicAddress } from './public-address.js';
import { type PreflightSettings, type Probe, usualSettings } from './settings.js';

/** How many names, and addresses of each, are asked at the same time. */
const atOnce = 8;

/**
 * What will keep a CA from proving these names by http-01 (RFC 8555 section 8.3), and what may. Never throws for anything
 * that a name server or a web server does.
 * @param names as `checkNames` answers them
 * @param probe what this Usher answers a CA now; the caller has published it
 */
export async function preflight(
  names: readonly string[],
  probe: Probe,
  given: Partial<PreflightSettings> = {},
): Promise<Finding[]> {
  const settings = { ...usualSettings, ...given };
  const world = { dns: new DnsLookup(settings), settings };
  const findings = await each(names, (name) => findingsOf(name, probe, world));
  return findings.flat();
}

async function findingsOf(name: string, probe: Probe, world: World): Promise<Finding[]> {
  const { dns, settings } = world;
  const [ipv4, ipv6] = await Promise.all([dns.ipv4(name), dns.ipv6(name)]);
  const findings = addressFindings(name, ipv4, ipv6);
  const addresses = [...new Set([...(ipv4.records ?? []), ...(ipv6.records ?? [])])];
  // One sentence about a name that is not there is enough.
  if (addresses.length === 0 && findings.every(({ code }) => code !== 'dns.no_address')) return findings;
  const caa = await relevantCaa(name, (at) => dns.caa(at));
  findings.push(...caaFindings(name, caa, settings.ca));
  if (!settings.allowPrivateAddresses) findings.push(...privateAddressFindings(name, addresses));
  const reachable = addresses.filter((one) => settings.allowPrivateAddresses || isPublicAddress(one));
  return [...findings, ...(await webFindings(name, reachable, { probe, world }))];
}

async function webFindings(
  name: string,
  addresses: string[],
  { probe, world }: { probe: Probe; world: World },
): Promise<Finding[]> {
  const { httpPort } = world.settings;
  const path = `/.well-known/acme-challenge/${probe.token}`;
  const target = { scheme: 'http', host: name, port: httpPort, path } as const;
  const asked = await each(addresses, async (address): Promise<Asked> => {
    return { name, address, course: await follow(target, address, world) };
  });
  const right = asked.find(({ course }) => !faultOf(course, probe, world.settings))?.address;
  return asked.flatMap((one) => {
    const finding = httpFinding(one, probe, world.settings);
    return finding ? besideOthers(finding, { addresses, right }) : [];
  });
}

const connecting: readonly Finding['code'][] = ['http.refused', 'http.timed_out'];

/** A wrong address among right ones is a name that works sometimes: say so, because it is hard to find out. */
function besideOthers(
  finding: Finding,
  { addresses, right }: { addresses: string[]; right: string | undefined },
): Finding {
  const { severity, address, code, remedy } = finding;
  if (severity === 'warns') return finding;
  const ending = `take ${address} out of the DNS if it is not yours. Otherwise: ${remedy}`;
  // Boulder asks IPv6 first and IPv4 when it cannot connect (letsencrypt.org/docs/ipv6-support); no other pair has this.
  if (address?.includes(':') && connecting.includes(code) && addresses.some((one) => !one.includes(':')))
    return {
      ...finding,
      severity: 'warns',
      remedy: `Let's Encrypt goes on to IPv4 then, and other CAs may not: ${ending}`,
    };
  return right === undefined ? finding : { ...finding, remedy: `${right} answers as it should: ${ending}` };
}

/** Some at a time, answers in the order of the items. */
async function each<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const entries = items.entries();
  const worker = async () => {
    for (const [index, item] of entries) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

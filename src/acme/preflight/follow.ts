import { ask, type NoReply, type Reply } from './ask.js';
import type { DnsLookup } from './dns-lookup.js';
import { isPublicAddress } from './public-address.js';
import { followedStatuses, type Redirect, redirectFrom, type Target } from './redirect.js';
import type { PreflightSettings } from './settings.js';
import { visible } from '../../platform/names/visible.js';

/** How a CA fares that begins at one address of a name. */
export interface Course {
  /** Where it was redirected to, in turn. */
  redirects: Target[];
  /** Which address was asked last. */
  address: string;
  end: Reply | NoReply | Stopped;
}

/** It does not follow a redirect; `reason` is the object of "answers with". */
export interface Stopped {
  kind: 'stopped' | 'too_many';
  reason: string;
}

export interface World {
  dns: DnsLookup;
  settings: PreflightSettings;
}

/** Boulder's limit (letsencrypt.org/docs/challenge-types). */
const mostRedirects = 10;

/** Asks one address of the name, and follows redirects as Let's Encrypt does: all of it within one time limit. */
export async function follow(start: Target, startAddress: string, world: World): Promise<Course> {
  const signal = AbortSignal.timeout(world.settings.httpTimeoutMs);
  const redirects: Target[] = [];
  let [target, address] = [start, startAddress];
  for (;;) {
    const reply = await ask({ target, address, signal });
    if (reply.kind !== 'reply' || !isRedirect(reply)) return { redirects, address, end: reply };
    if (redirects.length === mostRedirects) return { redirects, address, end: tooMany };
    const next = nextTarget(target, reply, world.settings);
    if (next.refused !== undefined) return { redirects, address, end: stopped(next.refused) };
    // The other addresses of the name are asked by themselves.
    const isSame = next.follow.host === start.host;
    const place = isSame ? startAddress : await addressFor(next.follow, startAddress, world);
    if (place === undefined) return { redirects, address, end: stopped(withoutAddress(next.follow)) };
    redirects.push(next.follow);
    [target, address] = [next.follow, place];
  }
}

const tooMany: Stopped = { kind: 'too_many', reason: `more than ${mostRedirects} redirects` };
const stopped = (reason: string): Stopped => ({ kind: 'stopped', reason });
const withoutAddress = ({ host }: Target): string =>
  `a redirect to ${visible(host)}, which has no public address in the DNS`;

const isRedirect = ({ status, location }: Reply): boolean =>
  status >= 300 && status < 400 && location !== undefined;

function nextTarget(from: Target, { status, location = '' }: Reply, settings: PreflightSettings): Redirect {
  if (!followedStatuses.includes(status))
    return { refused: `a redirect of status ${status}, and CAs follow 301, 302, 307 and 308 only` };
  return redirectFrom(from, location, settings);
}

/** One of the kind that got us here if there is one: we may lack the other kind while the CA has it. */
async function addressFor(
  { host }: Target,
  cameFrom: string,
  { dns, settings }: World,
): Promise<string | undefined> {
  const lookups = [() => dns.ipv4(host), () => dns.ipv6(host)];
  if (cameFrom.includes(':')) lookups.reverse();
  for (const lookUp of lookups) {
    const { records = [] } = await lookUp();
    const address = records.find((one) => settings.allowPrivateAddresses || isPublicAddress(one));
    if (address !== undefined) return address;
  }
  return undefined;
}

import { isIP } from 'node:net';
import { escapeControlChars } from '../../common/names/escape-control-chars.js';
import type { DnsLookup } from './dns-lookup.js';
import { type HttpFailure, type HttpReply, type HttpTarget, probeHttp } from './http-probe.js';
import type { PreflightSettings } from './preflight-settings.js';
import { isPublicAddress } from './public-address.js';

export interface ProbeContext {
  dns: DnsLookup;
  settings: PreflightSettings;
}

export interface ProbeResult {
  /** Targets of the followed redirects, in order. */
  redirects: HttpTarget[];
  /** The address of the last request. */
  address: string;
  end: HttpReply | HttpFailure | RefusedRedirect;
}

/** `reason` continues the phrase "answers with". */
interface RefusedRedirect {
  kind: 'stopped' | 'too_many';
  reason: string;
}

/** Boulder's limit (letsencrypt.org/docs/challenge-types). */
const maxRedirects = 10;

/** Requests the challenge at one address, and follows redirects as Let's Encrypt does, all within one timeout. */
export async function followRedirects(
  start: HttpTarget,
  startAddress: string,
  context: ProbeContext,
): Promise<ProbeResult> {
  const signal = AbortSignal.timeout(context.settings.httpTimeoutMs);
  const redirects: HttpTarget[] = [];
  let [target, address] = [start, startAddress];
  for (;;) {
    const reply = await probeHttp({ target, address, signal });
    if (reply.kind !== 'reply' || !isRedirect(reply)) return { redirects, address, end: reply };
    if (redirects.length === maxRedirects) return { redirects, address, end: tooMany };
    const next = nextTarget(target, reply, context.settings);
    if (next.refused !== undefined) return { redirects, address, end: stopped(next.refused) };
    // The other addresses of the same name are probed separately.
    const isSameName = next.follow.host === start.host;
    const nextAddress = isSameName ? startAddress : await resolve(next.follow, startAddress, context);
    if (nextAddress === undefined) return { redirects, address, end: stopped(noAddress(next.follow)) };
    redirects.push(next.follow);
    [target, address] = [next.follow, nextAddress];
  }
}

const tooMany: RefusedRedirect = { kind: 'too_many', reason: `more than ${maxRedirects} redirects` };
const stopped = (reason: string): RefusedRedirect => ({ kind: 'stopped', reason });
const noAddress = ({ host }: HttpTarget): string =>
  `a redirect to ${escapeControlChars(host)}, which has no public address in the DNS`;

const isRedirect = ({ status, location }: HttpReply): boolean =>
  status >= 300 && status < 400 && location !== undefined;

/** CA/Browser Forum Baseline Requirements, section 3.2.2.4.19. */
const followedStatuses: readonly number[] = [301, 302, 307, 308];

function nextTarget(
  from: HttpTarget,
  { status, location = '' }: HttpReply,
  settings: PreflightSettings,
): Redirect {
  if (!followedStatuses.includes(status))
    return { refused: `a redirect of status ${status}, and CAs follow 301, 302, 307 and 308 only` };
  return resolveRedirect(from, location, settings);
}

/** Prefers the address family of the first request, because this machine may lack the other one while the CA has it. */
async function resolve(
  { host }: HttpTarget,
  previous: string,
  { dns, settings }: ProbeContext,
): Promise<string | undefined> {
  const lookups = [() => dns.ipv4(host), () => dns.ipv6(host)];
  if (previous.includes(':')) lookups.reverse();
  for (const lookUp of lookups) {
    const { records = [] } = await lookUp();
    const address = records.find((one) => settings.allowPrivateAddresses || isPublicAddress(one));
    if (address !== undefined) return address;
  }
  return undefined;
}

/** `refused`: why CAs do not follow, as a continuation of "answers with". */
type Redirect = { follow: HttpTarget; refused?: undefined } | { refused: string };

type Ports = Pick<PreflightSettings, 'httpPort' | 'httpsPort'>;

/** Boulder's rules (letsencrypt.org/docs/challenge-types): http and https, ports 80 and 443, no IP addresses. */
export function resolveRedirect(from: HttpTarget, location: string, ports: Ports): Redirect {
  const redirect = `a redirect to ${escapeControlChars(location)}`;
  const url = parseUrl(location, formatUrl(from, ports));
  if (url === undefined) return { refused: `${redirect}, which is not a valid URL` };
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return { refused: `${redirect}, and CAs follow to http and https only` };
  const scheme = url.protocol === 'https:' ? 'https' : 'http';
  const port = url.port === '' ? defaultPort(scheme, ports) : Number(url.port);
  if (port !== ports.httpPort && port !== ports.httpsPort)
    return { refused: `${redirect}, and CAs follow to the ports 80 and 443 only` };
  const host = url.hostname.replace(/\.$/, '');
  if (isIP(host.replace(/^\[(.*)\]$/, '$1')) !== 0)
    return { refused: `${redirect}, and CAs follow to names only, not to IP addresses` };
  if (!host.includes('.')) return { refused: `${redirect}, which is not a public DNS name` };
  return { follow: { scheme, host, port, path: `${url.pathname}${url.search}` } };
}

function parseUrl(location: string, base: string): URL | undefined {
  try {
    return new URL(location, base);
  } catch {
    return undefined;
  }
}

const defaultPort = (scheme: HttpTarget['scheme'], ports: Ports): number =>
  scheme === 'https' ? ports.httpsPort : ports.httpPort;

/** Omits the default port. */
export function formatUrl({ scheme, host, port, path }: HttpTarget, ports: Ports): string {
  return `${scheme}://${host}${port === defaultPort(scheme, ports) ? '' : `:${port}`}${path}`;
}

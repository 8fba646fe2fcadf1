import type { CaaRecord } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { type IncomingMessage, request as requestHttp, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';
import { systemErrorCode } from '../common/errors/system-error-code.js';
import { escapeControlChars } from '../common/names/escape-control-chars.js';
import type { Challenge } from './challenge.service.js';

const remedies = {
  'dns.no_such_name': 'Add an A record with the address of Usher or its proxy, or correct the spelling.',
  'dns.no_address': 'Add an A record with the address of Usher or its proxy.',
  'dns.server_failed': 'Contact the DNS operator of this domain; often DNSSEC or the delegation is broken.',
  'dns.timed_out': 'Contact the DNS operator of this domain; often DNSSEC or the delegation is broken.',
  'dns.private_address': 'Add the public address, or try --resolver if your name servers answer differently.',
  'dns.caa_forbids': 'Add a CAA record with the tag "issue" and the domain of the CA.',
  'dns.caa_account': 'Compare it with the account of Usher, and add a record if they are different.',
  'dns.caa_unknown': 'Ask the DNS operator of this domain to answer CAA queries, even with an empty answer.',
  'http.refused': 'Let Usher or its proxy listen on this port, or remove the address from the DNS.',
  'http.timed_out': 'Open the port in the firewall, or remove the address from the DNS.',
  'http.unreachable': 'Repair the route to this address; for IPv6, try from a machine that has IPv6.',
  'http.too_slow': 'Find out why the server or its proxy is slow; CAs do not wait longer.',
  'http.not_http': 'Let the server speak plain HTTP on port 80, and TLS on port 443 only.',
  'http.redirects': 'No action is required. Without the redirect less can fail.',
  'http.redirects_elsewhere': 'Exclude the challenge path from the redirect, or forward it to Usher there.',
  'http.too_many_redirects': 'Check the redirects of the challenge path; they probably form a loop.',
  'http.not_found': 'Forward the challenge path to Usher unchanged, or point the name at Usher.',
  'http.wrong_answer': 'Forward the challenge path to Usher without a login, block or maintenance page.',
  'http.wrong_body': 'Point the name at this Usher; another application or another Usher answers.',
};

/** A cause that makes, or may make, a CA's validation of a name fail. */
export interface Issue {
  code: keyof typeof remedies;
  /** `fails`: validation will fail. `warns`: it succeeds, or cannot be determined from this machine. */
  severity: 'fails' | 'warns';
  name: string;
  /** The address of the name that has the issue, if it concerns one address. */
  address: string | null;
  /** One sentence. */
  problem: string;
  remedy: string;
}

type Problem = [code: Issue['code'], text: string, severity?: Issue['severity']];
const withSubject = (subject: string, [code, text, ...severity]: Problem): Problem => [
  code,
  `${subject} ${text}`,
  ...severity,
];

/** Boulder, Let's Encrypt's server, allows 10 s per address, redirects included. */
export const defaultSettings = {
  ca: 'letsencrypt.org',
  dnsTimeoutMs: 4000,
  httpTimeoutMs: 10_000,
  httpPort: 80,
  httpsPort: 443,
  /** For tests only: CAs cannot reach private addresses. */
  allowPrivateAddresses: false,
};
/** `nameServers` is in the format of `Resolver.setServers`; default: those of this machine. */
export type PreflightSettings = typeof defaultSettings & { nameServers?: string[] };
type Verdict = Promise<Problem | undefined>;
type Context = PreflightSettings & { challenge: Challenge; resolver: Resolver };

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
  const resolver = new Resolver({ timeout: settings.dnsTimeoutMs, tries: 2 });
  if (settings.nameServers) resolver.setServers(settings.nameServers);
  const context = { ...settings, challenge, resolver };
  const issues: Issue[] = [];
  for (let first = 0; first < names.length; first += 8) {
    const checks = names.slice(first, first + 8).map((name) => checkName(name, context));
    issues.push(...(await Promise.all(checks)).flat());
  }
  return issues;
}

const failedConnections = ['http.unreachable', 'http.refused', 'http.timed_out'];

async function checkName(name: string, context: Context): Promise<Issue[]> {
  const createIssue = ([code, text, severity = 'fails']: Problem, address: string | null = null): Issue => {
    return { code, severity, name, address, problem: `${text}.`, remedy: remedies[code] };
  };
  const { addresses, problem } = await findAddresses(name, context.resolver);
  const issues = problem ? [createIssue(problem)] : [];
  if (addresses.length === 0 && problem?.[0] !== 'dns.no_address') return issues;
  const caaProblem = await findCaaProblem(name, context);
  if (caaProblem) issues.push(createIssue(caaProblem));
  // This machine may lack IPv6 while the CA has it; Boulder falls back to IPv4 after a failed connection.
  const uncertain = addresses.some(isIPv4) ? failedConnections : ['http.unreachable'];
  const found = addresses.map(async (address) => {
    const problem = await findHttpProblem(name, address, context);
    if (!problem) return [];
    if (isIPv6(address) && uncertain.includes(problem[0])) problem[2] = 'warns';
    return [createIssue(withSubject(address, problem), address)];
  });
  return [...issues, ...(await Promise.all(found)).flat()];
}

async function findAddresses(name: string, resolver: Resolver) {
  const found = await Promise.all([lookUp(resolver.resolve4(name)), lookUp(resolver.resolve6(name))]);
  const errors = found.flatMap(({ error }) => error ?? []);
  // CAs do not get the addresses that the DNS64 of this network synthesizes (RFC 6147).
  const addresses = found.flatMap(({ records }) => records).filter((one) => !one.startsWith('64:ff9b::'));
  return { addresses: [...new Set(addresses)], problem: addressProblem(name, addresses.length > 0, errors) };
}

function addressProblem(name: string, hasAddress: boolean, errors: string[]): Problem | undefined {
  const error = errors.find((code) => code !== 'ENOTFOUND');
  if (error !== undefined) {
    const code = error === 'ETIMEOUT' ? 'dns.timed_out' : 'dns.server_failed';
    const what = hasAddress ? 'one type of address records (A or AAAA)' : 'the addresses';
    return [code, `The lookup of ${what} of ${name} failed (${error})`, hasAddress ? 'warns' : 'fails'];
  }
  if (hasAddress) return undefined;
  return errors.length > 0
    ? ['dns.no_such_name', `${name} does not exist in the DNS`]
    : ['dns.no_address', `${name} has neither an A nor an AAAA record`];
}

async function lookUp<T>(query: Promise<T[]>): Promise<{ records: T[]; error?: string }> {
  try {
    return { records: await query };
  } catch (error) {
    const code = systemErrorCode(error) ?? 'invalid answer';
    return { records: [], ...(code === 'ENODATA' ? {} : { error: code }) };
  }
}

/** Climbs from the name to its top-level domain (RFC 8659 section 3). */
async function findCaaProblem(name: string, { resolver, ca }: Context): Verdict {
  const labels = name.split('.');
  for (const level of labels.keys()) {
    const at = labels.slice(level).join('.');
    const { records, error = 'ENOTFOUND' } = await lookUp(resolver.resolveCaa(at));
    const problem = judgeCaa(records, ca);
    if (problem) return withSubject(`The CAA records of ${at}`, problem);
    if (records.length > 0) return undefined;
    if (error === 'ENOTFOUND') continue;
    const text = `The lookup of the CAA records of ${at} failed (${error}), and a CA must refuse then`;
    // Other failures of this resolver do not prove that the CA's resolver fails too.
    return ['dns.caa_unknown', text, ['ETIMEOUT', 'ESERVFAIL'].includes(error) ? 'fails' : 'warns'];
  }
  return undefined;
}

/** RFC 8659 section 4 and RFC 8657. The text lacks its subject. */
function judgeCaa(records: CaaRecord[], ca: string): Problem | undefined {
  const entries = records.flatMap((record) => Object.entries(record));
  const issuers = entries.flatMap(([tag, value]) => (tag.toLowerCase() === 'issue' ? [String(value)] : []));
  // Without an "issue" tag every CA may issue.
  if (issuers.length === 0) return undefined;
  const ours = issuers.filter((issuer) => issuer.split(';', 1)[0]?.trim().toLowerCase() === ca.toLowerCase());
  if (ours.length === 0) return ['dns.caa_forbids', `do not allow ${ca}`];
  const otherMethods = /;\s*validationmethods\s*=(?!([^;]*[,\s])?http-01\s*(,|;|$))/i;
  const usable = ours.filter((issuer) => !otherMethods.test(issuer));
  if (usable.length === 0) return ['dns.caa_forbids', `do not allow ${ca} to use the method http-01`];
  if (!usable.every((issuer) => /;\s*accounturi\s*=/i.test(issuer))) return undefined;
  return ['dns.caa_account', `allow one account only: ${escapeControlChars(usable.join(' or '))}`, 'warns'];
}

/** Not globally routed (RFC 6890), and the documentation prefixes within 2000::/3, the global range of IPv6. */
const reserved = new BlockList();
for (const subnet of [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...['192.0.0.0/24', '192.0.2.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/3', '2001:db8::/32', '3fff::/20'],
]) {
  const [net = '', bits] = subnet.split('/');
  reserved.addSubnet(net, Number(bits), isIPv4(net) ? 'ipv4' : 'ipv6');
}

/** Whether CAs can reach the address. */
export const isPublicAddress = (address: string): boolean =>
  isIPv4(address) ? !reserved.check(address) : /^[23]...:/.test(address) && !reserved.check(address, 'ipv6');

/** The limit and the rules of Boulder (letsencrypt.org/docs/challenge-types). */
const maxRedirects = 10;
const isFollowed = (status: number, { protocol, port, hostname }: URL): boolean =>
  [301, 302, 307, 308].includes(status) &&
  ['http:', 'https:'].includes(protocol) &&
  ['', '80', '443'].includes(port) &&
  isIP(hostname.replace(/[[\]]/g, '')) === 0;

const elsewhere = 'http.redirects_elsewhere';

/** Requests the challenge at one address. Follows redirects to the same name only, so that no server chooses the address. */
async function findHttpProblem(name: string, address: string, context: Context): Verdict {
  if (!context.allowPrivateAddresses && !isPublicAddress(address))
    return ['dns.private_address', 'is a private or reserved address, which CAs cannot reach'];
  const signal = AbortSignal.timeout(context.httpTimeoutMs);
  let url = new URL(`http://${name}/.well-known/acme-challenge/${context.challenge.token}`);
  for (let redirects = 0; ; redirects += 1) {
    const subject = `redirects to ${escapeControlChars(url.href, 200)}, which`;
    const via = (problem: Problem): Problem => (redirects > 0 ? withSubject(subject, problem) : problem);
    const port = Number(url.port) || (url.protocol === 'https:' ? context.httpsPort : context.httpPort);
    let isConnected = false;
    try {
      const response = await send(url, { host: address, port, signal }, () => (isConnected = true));
      const { statusCode = 0, headers } = response;
      if (headers.location === undefined || statusCode < 300 || statusCode > 399) {
        const problem = await judgeAnswer(response, context.challenge);
        if (problem) return via(problem);
        return redirects > 0 ? via(['http.redirects', 'gives the right answer', 'warns']) : undefined;
      }
      response.destroy();
      const to = escapeControlChars(headers.location, 200);
      const next = URL.canParse(headers.location, url.href) ? new URL(headers.location, url) : undefined;
      if (next === undefined || !isFollowed(statusCode, next))
        return via([elsewhere, `answers ${statusCode} with a redirect to ${to}, which CAs do not follow`]);
      if (next.hostname !== name)
        return via([elsewhere, `redirects to ${to}, which is not checked`, 'warns']);
      if (redirects === maxRedirects)
        return via(['http.too_many_redirects', `answers with more than ${maxRedirects} redirects`]);
      url = next;
    } catch (error) {
      return via(judgeError(error, port, isConnected, signal.aborted));
    }
  }
}

function send(url: URL, to: RequestOptions, onConnect: () => void): Promise<IncomingMessage> {
  // Boulder sends Accept, because some web application firewalls require it.
  const headers = { host: url.hostname, accept: '*/*', 'user-agent': 'usher-preflight' };
  const options = { ...to, path: `${url.pathname}${url.search}`, headers, agent: false as const };
  // A CA does not verify the certificate, because there may be none yet (RFC 8555 section 8.3).
  const tls = { servername: url.hostname, rejectUnauthorized: false };
  const request = url.protocol === 'https:' ? requestHttps({ ...options, ...tls }) : requestHttp(options);
  request.on('socket', (socket) => socket.once('connect', onConnect)).end();
  return new Promise((resolve, reject) => {
    // After status 101 the connection closes without an error.
    request.on('close', () => reject(new Error('closed without an answer')));
    request.on('response', resolve).on('error', reject);
  });
}

const maxLength = 8 * 1024;

async function judgeAnswer(response: IncomingMessage, challenge: Challenge): Verdict {
  const { statusCode: status, headers } = response;
  const sender = headers.server ? ` (from ${escapeControlChars(String(headers.server), 60)})` : '';
  const answers = `answers ${status}${sender}`;
  let body = '';
  if (status === 200)
    for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>)
      if ((body += chunk).length > maxLength) break;
  response.destroy();
  if (status !== 200)
    return [status === 404 ? 'http.not_found' : 'http.wrong_answer', `${answers} instead of 200`];
  // Trailing white space is ignored (RFC 8555 section 8.3).
  if (body.length <= maxLength && body.trimEnd() === challenge.keyAuthorization) return undefined;
  return ['http.wrong_body', `${answers} with "${escapeControlChars(body, 40)}" instead of the challenge`];
}

function judgeError(error: unknown, port: number, isConnected: boolean, isTimeout: boolean): Problem {
  const code = systemErrorCode(error) ?? String(error);
  if (isTimeout && isConnected) return ['http.too_slow', `gives no complete answer on port ${port} in time`];
  if (isTimeout || code === 'ETIMEDOUT')
    return ['http.timed_out', `does not accept a connection on port ${port} in time`];
  if (code === 'ECONNREFUSED') return ['http.refused', `refuses connections on port ${port}`];
  const cause = escapeControlChars(code);
  // A reset may arrive before the event `connect`.
  return isConnected || code === 'ECONNRESET'
    ? ['http.not_http', `does not answer with HTTP on port ${port} (${cause})`]
    : ['http.unreachable', `cannot be reached from this machine (${cause})`];
}

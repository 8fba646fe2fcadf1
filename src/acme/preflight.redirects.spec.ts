import type { RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  answers,
  ours,
  probe,
  probePath,
  startPreflightWorld,
} from '../../test/support/fakes/preflight-world.js';
import { hasIpv6, listenTogether, selfSigned } from '../../test/support/fakes/web-servers.js';
import { DnsLookup } from './preflight/dns-lookup.js';
import { followRedirects } from './preflight/follow-redirects.js';
import { defaultSettings, preflight } from './preflight.js';

const name = 'shop.example.com';
const right = probe.keyAuthorization;
const here = { A: ['127.0.0.1'] };
/** The AAAA answer arrives only after the timeout of the A query. */
const slow = { A: 'silence', AAAA: ['::1'] } as const;

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

async function issuesOf(listener: RequestListener, settings = {}) {
  const zone = { [name]: here, 'www.example.com': here, 'away.example.com': {}, 'slow.example.com': slow };
  const world = await startPreflightWorld(zone, { '127.0.0.1': listener });
  opened.push(world);
  return preflight([name], probe, { ...world.settings, ...settings });
}

describe('preflight, redirects', () => {
  const redirects =
    (location: (path: string) => string, status = 301): RequestListener =>
    (request, response) =>
      void response.writeHead(status, { location: location(request.url ?? '') }).end();

  const byHost =
    (hosts: Record<string, RequestListener>): RequestListener =>
    (request, response) =>
      hosts[request.headers.host ?? '']?.(request, response);

  const secure = async (listener: RequestListener) => {
    const server = await listenTogether({ '127.0.0.1': createHttpsServer(selfSigned(), listener) });
    opened.push(server);
    return { httpsPort: server.port };
  };

  it('follows a redirect to https with any certificate, and warns', async () => {
    const settings = await secure(ours);
    const toHttps = redirects((path) => `https://${name}${path}`);
    expect(await issuesOf(toHttps, settings)).toEqual([
      {
        code: 'http.redirects',
        severity: 'warns',
        name,
        address: '127.0.0.1',
        problem: `127.0.0.1 gives the right answer only after a redirect to https://${name}${probePath}.`,
        remedy: 'No action is required. Without the redirect less can fail.',
      },
    ]);
  });

  it('reports the problem behind a redirect to the same name', async () => {
    const settings = await secure(answers(404, { server: 'cloudflare' }));
    const toHttps = redirects((path) => `https://${name}${path}`, 308);
    expect(await issuesOf(toHttps, settings)).toMatchObject([
      {
        code: 'http.not_found',
        severity: 'fails',
        problem: expect.stringContaining(
          `redirects to https://${name}${probePath}, which answers 404 (from cloudflare)`,
        ),
      },
    ]);
  });

  it.each([
    [
      'that answers correctly',
      ours,
      'warns',
      'gives the right answer only after a redirect to http://www.example.com',
    ],
    ['that does not', answers(200, {}, 'Hello'), 'fails', 'redirects to http://www.example.com'],
  ] as const)('reports a redirect to another name %s', async (_what, there, severity, problem) => {
    const hosts = { [name]: redirects((path) => `http://www.example.com${path}`), 'www.example.com': there };
    expect(await issuesOf(byHost(hosts))).toMatchObject([
      { code: 'http.redirects_elsewhere', severity, problem: expect.stringContaining(problem) },
    ]);
  });

  it('reports a redirect to a name without a public address', async () => {
    const [issue] = await issuesOf(redirects(() => 'http://away.example.com/'));
    expect(issue).toEqual({
      code: 'http.redirects_elsewhere',
      severity: 'fails',
      name,
      address: '127.0.0.1',
      problem:
        '127.0.0.1 answers with a redirect to away.example.com, which has no public address in the DNS.',
      remedy:
        'Exclude /.well-known/acme-challenge/ from the redirect, or let its target forward this path to Usher.',
    });
  });

  it('stays at the same address for the same name', async () => {
    const requests: string[] = [];
    const listener: RequestListener = (request, response) => {
      requests.push(`${request.socket.localAddress} ${request.url}`);
      if (request.url === '/there') response.end(right);
      else response.writeHead(302, { location: '/there' }).end();
    };
    const zone = { [name]: { A: ['127.0.0.1', '127.0.0.2'] } };
    const world = await startPreflightWorld(zone, { '127.0.0.1': listener, '127.0.0.2': listener });
    opened.push(world);
    const issues = await preflight([name], probe, world.settings);
    expect(issues.map(({ code }) => code)).toEqual(['http.redirects', 'http.redirects']);
    expect(requests.filter((line) => line.endsWith('/there')).sort()).toEqual([
      '127.0.0.1 /there',
      '127.0.0.2 /there',
    ]);
  });

  (hasIpv6 ? it : it.skip)('prefers IPv6 after a request over IPv6', async () => {
    const families: (string | undefined)[] = [];
    const listener: RequestListener = (request, response) => {
      families.push(request.socket.localAddress);
      if (request.url === probePath) response.writeHead(302, { location: 'http://www.example.com/' }).end();
      else response.end(right);
    };
    const zone = { [name]: { AAAA: ['::1'] }, 'www.example.com': { ...here, AAAA: ['::1'] } };
    const world = await startPreflightWorld(zone, { '127.0.0.1': listener, '::1': listener });
    opened.push(world);
    await preflight([name], probe, world.settings);
    expect(families).toEqual(['::1', '::1']);
  });

  it('does not follow redirects to private addresses', async () => {
    const requests: (string | undefined)[] = [];
    const toOther: RequestListener = (request, response) => {
      requests.push(request.headers.host);
      response.writeHead(302, { location: 'http://www.example.com/' }).end();
    };
    const world = await startPreflightWorld({ 'www.example.com': here }, { '127.0.0.1': toOther });
    opened.push(world);
    const settings = { ...defaultSettings, ...world.settings, allowPrivateAddresses: false };
    const start = { scheme: 'http', host: name, port: world.port, path: probePath } as const;
    const { end } = await followRedirects(start, '127.0.0.1', { dns: new DnsLookup(settings), settings });
    expect(end).toEqual({
      kind: 'stopped',
      reason: 'a redirect to www.example.com, which has no public address in the DNS',
    });
    expect(requests).toEqual([name]);
  });

  it.each([
    [301, 'https://shop.example.com:8443/', 'CAs follow to the ports 80 and 443 only'],
    [301, 'http://127.0.0.1/', 'not to IP addresses'],
    [303, '/elsewhere', 'a redirect of status 303, and CAs follow 301, 302, 307 and 308 only'],
  ])('does not follow a redirect that CAs do not follow: %s to %s', async (status, location, problem) => {
    expect(await issuesOf(redirects(() => location, status))).toMatchObject([
      { code: 'http.redirects_elsewhere', severity: 'fails', problem: expect.stringContaining(problem) },
    ]);
  });

  const steps =
    (count: number): RequestListener =>
    (request, response) => {
      const step = Number(/\d+$/.exec(request.url?.replace(probePath, '') ?? '')?.[0] ?? 0);
      if (step < count) response.writeHead(302, { location: `?${step + 1}` }).end();
      else response.end(right);
    };

  it('follows ten redirects', async () => {
    expect(await issuesOf(steps(10))).toMatchObject([{ code: 'http.redirects' }]);
  });

  it('does not follow eleven redirects', async () => {
    expect(await issuesOf(steps(11))).toMatchObject([
      {
        code: 'http.too_many_redirects',
        severity: 'fails',
        problem: expect.stringContaining('which answers with more than 10 redirects'),
      },
    ]);
  });

  it('applies one timeout to all redirects', async () => {
    const slowThere: RequestListener = (request, response) => {
      if (request.url === probePath) response.writeHead(302, { location: '/slow' }).end();
    };
    const issues = await issuesOf(slowThere, { httpTimeoutMs: 500 });
    expect(issues).toMatchObject([
      { code: 'http.too_slow', problem: expect.stringContaining('/slow, which') },
    ]);
  });

  it('does not report a connection timeout when the DNS took the time', async () => {
    const issues = await issuesOf(
      redirects(() => 'http://slow.example.com/'),
      { httpTimeoutMs: 500 },
    );
    expect(issues).toMatchObject([
      {
        code: 'http.redirects_elsewhere',
        problem: expect.stringMatching(
          /^127\.0\.0\.1 redirects to http:\/\/slow\.example\.com\/, which gives no complete answer on port \d+ within 0\.5 seconds\.$/,
        ),
      },
    ]);
  });
});

import type { RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  answers,
  ours,
  probe,
  probePath,
  startPreflightWorld,
} from '../../../test/support/preflight-world.js';
import { hasIpv6, listenTogether, selfSigned } from '../../../test/support/web-servers.js';
import { DnsLookup } from './dns-lookup.js';
import { follow } from './follow.js';
import { preflight } from './preflight.js';
import { usualSettings } from './settings.js';

const name = 'shop.example.com';
const right = probe.keyAuthorization;
const here = { A: ['127.0.0.1'] };
/** The answer for IPv6 comes when the question for IPv4 has been given up. */
const slow = { A: 'silence', AAAA: ['::1'] } as const;

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

async function findingsOf(listener: RequestListener, settings = {}) {
  const zone = { [name]: here, 'www.example.com': here, 'away.example.com': {}, 'slow.example.com': slow };
  const world = await startPreflightWorld(zone, { '127.0.0.1': listener });
  opened.push(world);
  return preflight([name], probe, { ...world.settings, ...settings });
}

describe('preflight, of redirects', () => {
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

  it('follows one to https, whatever the certificate there, and mentions it', async () => {
    const settings = await secure(ours);
    const toHttps = redirects((path) => `https://${name}${path}`);
    expect(await findingsOf(toHttps, settings)).toEqual([
      {
        code: 'http.redirects',
        severity: 'warns',
        name,
        address: '127.0.0.1',
        problem: `127.0.0.1 gives the right answer only after a redirect to https://${name}${probePath}.`,
        remedy:
          'Nothing must be done as long as this stays so; without the redirect there is less that can fail.',
      },
    ]);
  });

  it('says what is wrong behind one to the same name', async () => {
    const settings = await secure(answers(404, { server: 'cloudflare' }));
    const toHttps = redirects((path) => `https://${name}${path}`, 308);
    expect(await findingsOf(toHttps, settings)).toMatchObject([
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
      'that answers rightly',
      ours,
      'warns',
      'gives the right answer only after a redirect to http://www.example.com',
    ],
    ['that does not', answers(200, {}, 'Hello'), 'fails', 'redirects to http://www.example.com'],
  ] as const)('reports one to another name %s', async (_what, there, severity, problem) => {
    const hosts = { [name]: redirects((path) => `http://www.example.com${path}`), 'www.example.com': there };
    expect(await findingsOf(byHost(hosts))).toMatchObject([
      { code: 'http.redirects_elsewhere', severity, problem: expect.stringContaining(problem) },
    ]);
  });

  it('says that the other name leads nowhere a CA could go', async () => {
    const [finding] = await findingsOf(redirects(() => 'http://away.example.com/'));
    expect(finding).toEqual({
      code: 'http.redirects_elsewhere',
      severity: 'fails',
      name,
      address: '127.0.0.1',
      problem:
        '127.0.0.1 answers with a redirect to away.example.com, which has no public address in the DNS.',
      remedy:
        'Except /.well-known/acme-challenge/ from the redirect, or let its target forward this path to Usher.',
    });
  });

  it('goes back to the same address for the same name, since each is asked by itself', async () => {
    const asked: string[] = [];
    const listener: RequestListener = (request, response) => {
      asked.push(`${request.socket.localAddress} ${request.url}`);
      if (request.url === '/there') response.end(right);
      else response.writeHead(302, { location: '/there' }).end();
    };
    const zone = { [name]: { A: ['127.0.0.1', '127.0.0.2'] } };
    const world = await startPreflightWorld(zone, { '127.0.0.1': listener, '127.0.0.2': listener });
    opened.push(world);
    const findings = await preflight([name], probe, world.settings);
    expect(findings.map(({ code }) => code)).toEqual(['http.redirects', 'http.redirects']);
    expect(asked.filter((line) => line.endsWith('/there')).sort()).toEqual([
      '127.0.0.1 /there',
      '127.0.0.2 /there',
    ]);
  });

  (hasIpv6 ? it : it.skip)('goes on by IPv6 where it came by IPv6', async () => {
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

  it('does not let a web server send it into our own network', async () => {
    const asked: (string | undefined)[] = [];
    const toOther: RequestListener = (request, response) => {
      asked.push(request.headers.host);
      response.writeHead(302, { location: 'http://www.example.com/' }).end();
    };
    const world = await startPreflightWorld({ 'www.example.com': here }, { '127.0.0.1': toOther });
    opened.push(world);
    const settings = { ...usualSettings, ...world.settings, allowPrivateAddresses: false };
    const start = { scheme: 'http', host: name, port: world.port, path: probePath } as const;
    const { end } = await follow(start, '127.0.0.1', { dns: new DnsLookup(settings), settings });
    expect(end).toEqual({
      kind: 'stopped',
      reason: 'a redirect to www.example.com, which has no public address in the DNS',
    });
    expect(asked).toEqual([name]);
  });

  it.each([
    [301, 'https://shop.example.com:8443/', 'CAs follow to the ports 80 and 443 only'],
    [301, 'http://127.0.0.1/', 'not to IP addresses'],
    [303, '/elsewhere', 'a redirect of status 303, and CAs follow 301, 302, 307 and 308 only'],
  ])('does not follow a redirect that no CA follows: %s to %s', async (status, location, problem) => {
    expect(await findingsOf(redirects(() => location, status))).toMatchObject([
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

  it('follows ten', async () => {
    expect(await findingsOf(steps(10))).toMatchObject([{ code: 'http.redirects' }]);
  });

  it('does not follow eleven', async () => {
    expect(await findingsOf(steps(11))).toMatchObject([
      {
        code: 'http.too_many_redirects',
        severity: 'fails',
        problem: expect.stringContaining('which answers with more than 10 redirects'),
      },
    ]);
  });

  it('gives all of them together no more time than one answer', async () => {
    const slowThere: RequestListener = (request, response) => {
      if (request.url === probePath) response.writeHead(302, { location: '/slow' }).end();
    };
    const findings = await findingsOf(slowThere, { httpTimeoutMs: 500 });
    expect(findings).toMatchObject([
      { code: 'http.too_slow', problem: expect.stringContaining('/slow, which') },
    ]);
  });

  it('blames no connection when the time went by in the DNS', async () => {
    const findings = await findingsOf(
      redirects(() => 'http://slow.example.com/'),
      { httpTimeoutMs: 500 },
    );
    expect(findings).toMatchObject([
      {
        code: 'http.redirects_elsewhere',
        problem: expect.stringMatching(
          /^127\.0\.0\.1 redirects to http:\/\/slow\.example\.com\/, which gives no whole answer on port \d+ within 0\.5 seconds\.$/,
        ),
      },
    ]);
  });
});

import type { RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  answers,
  closeWorlds,
  opens,
  ours,
  probe,
  probePath,
  startPreflightWorld,
} from '../../test/support/fakes/preflight-world.js';
import { listenTogether, selfSigned } from '../../test/support/fakes/web-servers.js';
import { preflight } from './preflight.js';

const name = 'shop.example.com';
const right = probe.keyAuthorization;
const here = { A: ['127.0.0.1'] };

afterEach(closeWorlds);

async function issuesOf(listener: RequestListener, settings = {}) {
  const zone = { [name]: here, 'www.example.com': here };
  const world = await startPreflightWorld(zone, { '127.0.0.1': listener });
  return preflight([name], probe, { ...world.settings, ...settings });
}

describe('preflight, redirects', () => {
  const redirects =
    (location: (path: string) => string, status = 301): RequestListener =>
    (request, response) =>
      void response.writeHead(status, { location: location(request.url ?? '') }).end();

  const secure = async (listener: RequestListener) => {
    const server = createHttpsServer(selfSigned(), listener);
    return { httpsPort: opens(await listenTogether({ '127.0.0.1': server })).port };
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
        problem: `127.0.0.1 redirects to https://${name}${probePath}, which gives the right answer.`,
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

  it('does not follow a redirect to another name, and warns', async () => {
    const asked: (string | undefined)[] = [];
    const toOther: RequestListener = (request, response) => {
      asked.push(request.headers.host);
      response.writeHead(301, { location: `http://www.example.com${request.url}` }).end();
    };
    expect(await issuesOf(toOther)).toEqual([
      {
        code: 'http.redirects_elsewhere',
        severity: 'warns',
        name,
        address: '127.0.0.1',
        problem: `127.0.0.1 redirects to http://www.example.com${probePath}, which is not checked.`,
        remedy: 'Exclude the challenge path from the redirect, or forward it to Usher there.',
      },
    ]);
    expect(asked).toEqual([name]);
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
    const issues = await preflight([name], probe, world.settings);
    expect(issues.map(({ code }) => code)).toEqual(['http.redirects', 'http.redirects']);
    expect(requests.filter((line) => line.endsWith('/there')).sort()).toEqual([
      '127.0.0.1 /there',
      '127.0.0.2 /there',
    ]);
  });

  it.each([
    [301, 'https://shop.example.com:8443/'],
    [301, 'http://['],
    [301, 'ftp://shop.example.com/'],
    [301, 'mailto:me@example.com'],
    [302, 'http://127.0.0.1/'],
    [307, 'http://0x7f.1/'],
    [308, 'http://[2001:db8::1]/'],
    [303, '/elsewhere'],
  ])('does not follow a redirect that CAs do not follow: %s to %s', async (status, location) => {
    expect(await issuesOf(redirects(() => location, status))).toMatchObject([
      {
        code: 'http.redirects_elsewhere',
        severity: 'fails',
        problem: `127.0.0.1 answers ${status} with a redirect to ${location}, which CAs do not follow.`,
      },
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
});

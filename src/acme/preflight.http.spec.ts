import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  answers,
  closeWorlds,
  opens,
  ours,
  type PreflightWorld,
  probe,
  probePath,
  startPreflightWorld,
} from '../../test/support/fakes/preflight-world.js';
import { hasIpv6, startDeafServer } from '../../test/support/fakes/web-servers.js';
import { preflight } from './preflight.js';

const name = 'shop.example.com';
const right = probe.keyAuthorization;

afterEach(closeWorlds);

/** The name resolves to all addresses of `web`, and to `more`. */
async function start(
  web: Record<string, RequestListener | Server>,
  more: string[] = [],
): Promise<PreflightWorld> {
  const addresses = [...Object.keys(web), ...more];
  const zone = {
    [name]: {
      A: addresses.filter((address) => !address.includes(':')),
      AAAA: addresses.filter((address) => address.includes(':')),
    },
    'www.example.com': { A: ['127.0.0.1'] },
  };
  return startPreflightWorld(zone, web);
}

async function issuesOf(web: Record<string, RequestListener | Server>, more: string[] = [], settings = {}) {
  const world = await start(web, more);
  return preflight([name], probe, { ...world.settings, ...settings });
}

/** Sends bytes on each connection, and closes it. */
const sends = (bytes: string | Uint8Array | undefined) =>
  createServer((socket) => void (bytes === undefined ? socket.resetAndDestroy() : socket.end(bytes)));
const ipv6It = hasIpv6 ? it : it.skip;
if (!hasIpv6) process.stderr.write('No ::1 on this machine: the tests of IPv6 addresses are skipped.\n');

describe('preflight, correct answers', () => {
  it('sends the same request as a CA', async () => {
    const requests: unknown[] = [];
    const issues = await issuesOf({
      '127.0.0.1': (request, response) => {
        const { host, accept } = request.headers;
        requests.push([request.method, request.url, host, accept]);
        ours(request, response);
      },
    });
    expect(issues).toEqual([]);
    expect(requests).toEqual([['GET', probePath, name, '*/*']]);
  });

  it('ignores trailing white space', async () => {
    expect(await issuesOf({ '127.0.0.1': answers(200, {}, `${right}\r\n`) })).toEqual([]);
  });

  ipv6It('probes every IPv4 and IPv6 address', async () => {
    const requests = new Set<string | undefined>();
    const counted: RequestListener = (request, response) => {
      requests.add(request.socket.localAddress);
      ours(request, response);
    };
    expect(await issuesOf({ '127.0.0.1': counted, '127.0.0.2': counted, '::1': counted })).toEqual([]);
    expect(requests).toEqual(new Set(['127.0.0.1', '127.0.0.2', '::1']));
  });
});

describe('preflight, missing answers', () => {
  it('reports a refused connection', async () => {
    const { settings, port } = await start({}, ['127.0.0.1']);
    expect(await preflight([name], probe, settings)).toEqual([
      {
        code: 'http.refused',
        severity: 'fails',
        name,
        address: '127.0.0.1',
        problem: `127.0.0.1 refuses connections on port ${port}.`,
        remedy: 'Let Usher or its proxy listen on this port, or remove the address from the DNS.',
      },
    ]);
  });

  it('reports a connection timeout, as behind a firewall', async () => {
    const deaf = opens(await startDeafServer());
    const issues = await issuesOf({}, ['127.0.0.1'], { httpPort: deaf.port, httpTimeoutMs: 500 });
    expect(issues).toMatchObject([
      {
        code: 'http.timed_out',
        severity: 'fails',
        problem: `127.0.0.1 does not accept a connection on port ${deaf.port} in time.`,
      },
    ]);
  });

  it.each([
    ['nothing at all', createServer()],
    ['a body without an end', createHttpServer((_request, response) => void response.write(right))],
    [
      'headers without an end',
      createServer((socket) => void socket.write('HTTP/1.1 200 OK\r\nServer: x\r\n')),
    ],
  ])('reports a slow answer: %s', async (_what, server) => {
    const issues = await issuesOf({ '127.0.0.1': server }, [], { httpTimeoutMs: 500 });
    expect(issues).toMatchObject([
      {
        code: 'http.too_slow',
        severity: 'fails',
        problem: expect.stringMatching(/^127\.0\.0\.1 gives no complete answer on port \d+ in time\.$/),
      },
    ]);
  });

  // To a multicast address there is no TCP connection, on any network.
  it('reports an unreachable address, as a warning for IPv6', async () => {
    const issues = await issuesOf({}, ['224.0.0.1', 'ff0e::1']);
    expect(issues).toMatchObject([
      { code: 'http.unreachable', severity: 'fails', address: '224.0.0.1' },
      {
        code: 'http.unreachable',
        severity: 'warns',
        address: 'ff0e::1',
        remedy: 'Repair the route to this address; for IPv6, try from a machine that has IPv6.',
      },
    ]);
    expect(issues[0]?.problem).toMatch(/^224\.0\.0\.1 cannot be reached from this machine \(E[A-Z]+\)\.$/);
  });

  it.each([
    ['closes the connection', ''],
    ['resets the connection', undefined],
    ['speaks another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['speaks TLS', Buffer.from('1503010002022f', 'hex')],
    ['switches protocols', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'],
    ['sends an incomplete body', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'],
    ['sends oversized headers', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`],
  ])('reports a server that %s as not HTTP', async (_what, bytes) => {
    const issues = await issuesOf({ '127.0.0.1': sends(bytes) });
    expect(issues).toMatchObject([{ code: 'http.not_http', severity: 'fails', address: '127.0.0.1' }]);
  });
});

describe('preflight, wrong answers', () => {
  it('reports status 404 with the server', async () => {
    const issues = await issuesOf({ '127.0.0.1': answers(404, { server: 'nginx' }) });
    expect(issues).toEqual([
      {
        code: 'http.not_found',
        severity: 'fails',
        name,
        address: '127.0.0.1',
        problem: '127.0.0.1 answers 404 (from nginx) instead of 200.',
        remedy: 'Forward the challenge path to Usher unchanged, or point the name at Usher.',
      },
    ]);
  });

  it.each([
    [403, { server: 'cloudflare' }, 'answers 403 (from cloudflare) instead of 200'],
    [503, {}, 'answers 503 instead of 200'],
    [204, { server: 'a\u009bb' }, 'answers 204 (from a\\u{9b}b) instead of 200'],
    [302, {}, 'answers 302 instead of 200'],
  ])('reports status %s', async (status, headers: Record<string, string>, what) => {
    const issues = await issuesOf({ '127.0.0.1': answers(status, headers, right) });
    expect(issues).toMatchObject([
      { code: 'http.wrong_answer', severity: 'fails', problem: `127.0.0.1 ${what}.` },
    ]);
  });

  it.each([
    ['<h1>Welcome\u001b</h1>', '<h1>Welcome\\u{1b}</h1>'],
    ['', ''],
    [` ${right}`, ` ${right.slice(0, 39)}…`],
    [`${right}x`, `${right.slice(0, 40)}…`],
  ])('reports a wrong body: %j', async (body, shown) => {
    const issues = await issuesOf({ '127.0.0.1': answers(200, { server: 'Apache' }, body) });
    expect(issues).toMatchObject([
      {
        code: 'http.wrong_body',
        severity: 'fails',
        problem: `127.0.0.1 answers 200 (from Apache) with "${shown}" instead of the challenge.`,
      },
    ]);
  });

  it('reads no more than 8 KiB of an answer that never ends', async () => {
    const endless: RequestListener = (_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(1024)));
      };
      response.on('drain', more);
      more();
    };
    expect(await issuesOf({ '127.0.0.1': endless })).toMatchObject([{ code: 'http.wrong_body' }]);
  });

  it('reports a long body after white space', async () => {
    const padded = `${right}${' '.repeat(9000)}x`;
    expect(await issuesOf({ '127.0.0.1': answers(200, {}, padded) })).toMatchObject([
      { code: 'http.wrong_body' },
    ]);
  });

  it('never throws, whatever a web server sends', async () => {
    let bytes: Uint8Array = Buffer.alloc(0);
    const { settings } = await start({ '127.0.0.1': createServer((socket) => void socket.end(bytes)) });
    const heads = fc.constantFrom('', 'HTTP/1.1 200 OK\r\n', 'HTTP/1.1 301 Moved\r\nLocation: ');
    await fc.assert(
      fc.asyncProperty(heads, fc.uint8Array({ maxLength: 200 }), async (head, tail) => {
        bytes = Buffer.concat([Buffer.from(head), tail]);
        const [issue, ...others] = await preflight([name], probe, settings);
        expect(others).toEqual([]);
        expect(issue?.code).toMatch(/^http\./);
      }),
      { numRuns: 100 },
    );
  });
});

describe('preflight, several addresses', () => {
  it('reports each address that answers differently', async () => {
    const issues = await issuesOf({ '127.0.0.1': ours, '127.0.0.2': answers(404) }, ['127.0.0.3']);
    expect(issues).toMatchObject([
      { code: 'http.not_found', severity: 'fails', address: '127.0.0.2' },
      { code: 'http.refused', severity: 'fails', address: '127.0.0.3' },
    ]);
  });

  ipv6It('warns only about a refused IPv6 address beside an IPv4 address', async () => {
    const beside = await issuesOf({ '127.0.0.1': ours }, ['::1']);
    expect(beside).toMatchObject([{ code: 'http.refused', severity: 'warns', address: '::1' }]);
    expect(await issuesOf({}, ['::1'])).toMatchObject([{ code: 'http.refused', severity: 'fails' }]);
  });

  ipv6It('fails for an IPv6 address where another server answers', async () => {
    expect(await issuesOf({ '127.0.0.1': ours, '::1': answers(404) })).toMatchObject([
      { code: 'http.not_found', severity: 'fails', address: '::1' },
    ]);
  });
});

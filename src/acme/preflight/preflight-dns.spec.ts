import type { RequestListener, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Zone } from '../../../test/support/dns-server.js';
import {
  answers,
  ours,
  type PreflightWorld,
  probe,
  startPreflightWorld,
} from '../../../test/support/preflight-world.js';
import { preflight } from './preflight.js';

const name = 'shop.example.com';
const here = { A: ['127.0.0.1'] };

let world: PreflightWorld | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

const findingsWith = async (zone: Zone, settings = {}) => {
  world = await startPreflightWorld(zone, { '127.0.0.1': ours });
  return preflight([name], probe, { ...world.settings, ...settings });
};

describe('preflight, of the DNS', () => {
  it('has nothing to say of a name that leads to us', async () => {
    expect(await findingsWith({ [name]: here })).toEqual([]);
    expect(world?.dns.asked.sort()).toEqual([
      `A ${name}`,
      `AAAA ${name}`,
      'CAA com',
      'CAA example.com',
      `CAA ${name}`,
    ]);
  });

  it('says that there is no such name', async () => {
    expect(await findingsWith({})).toEqual([
      {
        code: 'dns.no_such_name',
        severity: 'fails',
        name,
        address: null,
        problem: 'The DNS knows no name shop.example.com.',
        remedy: 'Add an A record with the address of Usher or of the proxy before it, or mend the spelling.',
      },
    ]);
  });

  it('says that a name has no address, and goes on to its CAA records', async () => {
    const findings = await findingsWith({
      [name]: {},
      'example.com': { CAA: [{ tag: 'issue', value: ';' }] },
    });
    expect(findings).toMatchObject([
      {
        code: 'dns.no_address',
        severity: 'fails',
        problem: 'shop.example.com has neither an A nor an AAAA record.',
      },
      { code: 'dns.caa_forbids' },
    ]);
  });

  it.each([
    ['SERVFAIL', 'dns.server_failed', 'The name servers failed to answer', 'ESERVFAIL'],
    ['REFUSED', 'dns.server_failed', 'The name servers failed to answer', 'EREFUSED'],
    ['silence', 'dns.timed_out', 'The name servers did not answer in time', 'ETIMEOUT'],
  ] as const)('tells %s from other failures', async (trouble, code, what, detail) => {
    expect(await findingsWith({ [name]: trouble })).toEqual([
      {
        code,
        severity: 'fails',
        name,
        address: null,
        problem: `${what} when asked for addresses of shop.example.com (${detail}).`,
        remedy: 'Ask whoever runs the DNS of this domain; often DNSSEC or the delegation is broken.',
      },
    ]);
  });

  it('only warns where one kind of addresses is there', async () => {
    expect(await findingsWith({ [name]: { ...here, AAAA: 'SERVFAIL' } })).toMatchObject([
      {
        code: 'dns.server_failed',
        severity: 'warns',
        problem: expect.stringContaining('one kind of addresses'),
      },
    ]);
  });

  it('does not ask private addresses, because no CA can', async () => {
    const zone = { [name]: { A: ['127.0.0.1', '10.1.2.3'], AAAA: ['fd00::1'] } };
    const findings = await findingsWith(zone, { allowPrivateAddresses: false });
    expect(findings.map(({ code, address, severity }) => [code, address, severity])).toEqual([
      ['dns.private_address', '127.0.0.1', 'fails'],
      ['dns.private_address', '10.1.2.3', 'fails'],
      ['dns.private_address', 'fd00::1', 'fails'],
    ]);
    expect(findings[1]?.problem).toBe('10.1.2.3 is a private or reserved address, which no CA can reach.');
  });

  it('overlooks what a DNS64 adds to the answers', async () => {
    expect(await findingsWith({ [name]: { ...here, AAAA: ['64:ff9b::7f00:1'] } })).toEqual([]);
  });

  it('says no such thing where it cannot ask any name server', async () => {
    world = await startPreflightWorld({});
    await world.dns.close();
    const findings = await preflight([name], probe, world.settings);
    world = { ...world, close: () => Promise.resolve() };
    expect(findings).toMatchObject([
      { code: 'dns.server_failed', problem: expect.stringContaining('ECONNREFUSED') },
    ]);
  });

  it('never throws, whatever a name server answers', async () => {
    world = await startPreflightWorld({}, { '127.0.0.1': ours });
    const { dns, settings } = world;
    const bytes = fc.uint8Array({ maxLength: 80 });
    await fc.assert(
      fc.asyncProperty(bytes, bytes, async (address, caa) => {
        dns.zone[name] = { A: { garbage: address }, AAAA: [], CAA: { garbage: caa } };
        for (const { code } of await preflight([name], probe, settings)) expect(code).toMatch(/^dns\./);
        dns.zone[name] = { ...here, CAA: { garbage: caa } };
        for (const { code } of await preflight([name], probe, settings)) expect(code).toMatch(/^dns\./);
      }),
      { numRuns: 50 },
    );
  });
});

describe('preflight, of CAA records', () => {
  const caa = (value: string) => ({ CAA: [{ tag: 'issue', value }] });

  it('says that they forbid our CA, and where they stand', async () => {
    const zone = { [name]: here, 'example.com': caa('ca.example') };
    expect(await findingsWith(zone)).toEqual([
      {
        code: 'dns.caa_forbids',
        severity: 'fails',
        name,
        address: null,
        problem: 'The CAA records of example.com do not allow letsencrypt.org.',
        remedy: 'Add the record: example.com CAA 0 issue "letsencrypt.org".',
      },
    ]);
    const own = await preflight([name], probe, { ...world?.settings, ca: 'ca.example' });
    expect(own).toEqual([]);
  });

  it('says that they have a tag no CA knows', async () => {
    const zone = { [name]: { ...here, CAA: [{ flags: 128, tag: 'tbs', value: 'x' }] } };
    expect(await findingsWith(zone)).toMatchObject([
      {
        code: 'dns.caa_forbids',
        severity: 'fails',
        problem: 'The CAA records of shop.example.com have the critical tag "tbs", which CAs do not know.',
        remedy: 'Remove that record, or its critical flag.',
      },
    ]);
  });

  it('takes the nearest ones', async () => {
    const zone = { [name]: { ...here, ...caa('letsencrypt.org') }, 'example.com': caa(';') };
    expect(await findingsWith(zone)).toEqual([]);
  });

  it('warns when only one account may', async () => {
    const zone = { [name]: { ...here, ...caa('letsencrypt.org; accounturi=https://ca.example/acct/1') } };
    expect(await findingsWith(zone)).toMatchObject([
      {
        code: 'dns.caa_account',
        severity: 'warns',
        problem:
          'The CAA records of shop.example.com allow letsencrypt.org only for the account https://ca.example/acct/1.',
      },
    ]);
  });

  it.each([
    ['SERVFAIL', 'fails'],
    ['silence', 'fails'],
    ['REFUSED', 'warns'],
  ] as const)('says that nobody could look them up: %s', async (trouble, severity) => {
    const zone = { [name]: { ...here, CAA: trouble }, 'example.com': caa('letsencrypt.org') };
    expect(await findingsWith(zone)).toMatchObject([{ code: 'dns.caa_unknown', severity }]);
  });
});

it('asks many names, and answers in their order', async () => {
  const names = Array.from({ length: 30 }, (_, i) => `a${i}.example.com`);
  const zone = Object.fromEntries(names.map((one, i) => [one, i % 2 ? here : {}]));
  world = await startPreflightWorld(zone, { '127.0.0.1': answers(404) });
  const findings = await preflight(names, probe, world.settings);
  expect(findings.map((finding) => [finding.name, finding.code])).toEqual(
    names.map((one, i) => [one, i % 2 ? 'http.not_found' : 'dns.no_address']),
  );
});

it('asks eight names at a time', async () => {
  const names = Array.from({ length: 16 }, (_, i) => `a${i}.example.com`);
  const waiting: ServerResponse[] = [];
  const together: RequestListener = (_request, response) => {
    waiting.push(response);
    if (waiting.length < 8) return;
    for (const one of waiting.splice(0)) one.end(probe.keyAuthorization);
  };
  const zone = Object.fromEntries(names.map((one) => [one, here]));
  world = await startPreflightWorld(zone, { '127.0.0.1': together });
  expect(await preflight(names, probe, world.settings)).toEqual([]);
});

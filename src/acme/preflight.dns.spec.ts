import type { RequestListener, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Zone } from '../../test/support/fakes/dns-server.js';
import {
  answers,
  closeWorlds,
  ours,
  type PreflightWorld,
  probe,
  startPreflightWorld,
} from '../../test/support/fakes/preflight-world.js';
import { isPublicAddress, preflight } from './preflight.js';

const name = 'shop.example.com';
const here = { A: ['127.0.0.1'] };

let world: PreflightWorld | undefined;
afterEach(closeWorlds);

const issuesWith = async (zone: Zone, settings = {}) => {
  world = await startPreflightWorld(zone, { '127.0.0.1': ours });
  return preflight([name], probe, { ...world.settings, ...settings });
};

describe('preflight, DNS', () => {
  it('returns no issues for a name that leads to Usher', async () => {
    expect(await issuesWith({ [name]: here })).toEqual([]);
    expect(world?.dns.queries.sort()).toEqual([
      `A ${name}`,
      `AAAA ${name}`,
      'CAA com',
      'CAA example.com',
      `CAA ${name}`,
    ]);
  });

  it('reports a name that does not exist', async () => {
    expect(await issuesWith({})).toEqual([
      {
        code: 'dns.no_such_name',
        severity: 'fails',
        name,
        address: null,
        problem: 'shop.example.com does not exist in the DNS.',
        remedy: 'Add an A record with the address of Usher or its proxy, or correct the spelling.',
      },
    ]);
  });

  it('reports a name without address, and checks its CAA records', async () => {
    const issues = await issuesWith({
      [name]: {},
      'example.com': { CAA: [{ tag: 'issue', value: ';' }] },
    });
    expect(issues).toMatchObject([
      {
        code: 'dns.no_address',
        severity: 'fails',
        problem: 'shop.example.com has neither an A nor an AAAA record.',
      },
      { code: 'dns.caa_forbids' },
    ]);
  });

  it.each([
    ['SERVFAIL', 'dns.server_failed', 'ESERVFAIL'],
    ['REFUSED', 'dns.server_failed', 'EREFUSED'],
    ['silence', 'dns.timed_out', 'ETIMEOUT'],
  ] as const)('distinguishes %s from other failures', async (trouble, code, detail) => {
    expect(await issuesWith({ [name]: trouble })).toEqual([
      {
        code,
        severity: 'fails',
        name,
        address: null,
        problem: `The lookup of the addresses of shop.example.com failed (${detail}).`,
        remedy: 'Contact the DNS operator of this domain; often DNSSEC or the delegation is broken.',
      },
    ]);
  });

  it('warns only if the other address family resolves', async () => {
    expect(await issuesWith({ [name]: { ...here, AAAA: 'SERVFAIL' } })).toMatchObject([
      {
        code: 'dns.server_failed',
        severity: 'warns',
        problem: expect.stringContaining('one type of address records'),
      },
    ]);
  });

  it('does not probe private addresses, because CAs cannot', async () => {
    const zone = { [name]: { A: ['127.0.0.1', '10.1.2.3'], AAAA: ['fd00::1'] } };
    const issues = await issuesWith(zone, { allowPrivateAddresses: false });
    expect(issues.map(({ code, address, severity }) => [code, address, severity])).toEqual([
      ['dns.private_address', '127.0.0.1', 'fails'],
      ['dns.private_address', '10.1.2.3', 'fails'],
      ['dns.private_address', 'fd00::1', 'fails'],
    ]);
    expect(issues[1]?.problem).toBe('10.1.2.3 is a private or reserved address, which CAs cannot reach.');
  });

  it('ignores addresses that a DNS64 synthesized', async () => {
    expect(await issuesWith({ [name]: { ...here, AAAA: ['64:ff9b::7f00:1'] } })).toEqual([]);
  });

  it('reports a failed lookup when no name server is reachable', async () => {
    world = await startPreflightWorld({});
    await world.dns.close();
    const issues = await preflight([name], probe, world.settings);
    expect(issues).toMatchObject([
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

describe('preflight, CAA records', () => {
  const caa = (value: string) => ({ CAA: [{ tag: 'issue', value }] });

  it('reports records that forbid the CA, and the name that has them', async () => {
    const zone = { [name]: here, 'example.com': caa('ca.example') };
    expect(await issuesWith(zone)).toEqual([
      {
        code: 'dns.caa_forbids',
        severity: 'fails',
        name,
        address: null,
        problem: 'The CAA records of example.com do not allow letsencrypt.org.',
        remedy: 'Add a CAA record with the tag "issue" and the domain of the CA.',
      },
    ]);
    const own = await preflight([name], probe, { ...world?.settings, ca: 'ca.example' });
    expect(own).toEqual([]);
  });

  it.each([
    'letsencrypt.org',
    ' LetsEncrypt.ORG ',
    'letsencrypt.org;validationmethods=dns-01,http-01',
    'letsencrypt.org; validationmethods = http-01 ; accounturi=',
  ])('accepts the value %j', async (value) => {
    const records = [...caa('ca.example').CAA, { flags: 128, tag: 'Issue', value }];
    const issues = await issuesWith({ [name]: { ...here, CAA: records } });
    expect(issues.filter(({ severity }) => severity === 'fails')).toEqual([]);
  });

  it.each([
    [';', 'do not allow letsencrypt.org'],
    ['letsencrypt.org.evil.example', 'do not allow letsencrypt.org'],
    ['letsencrypt.org; validationmethods=dns-01', 'do not allow letsencrypt.org to use the method http-01'],
    [
      'letsencrypt.org; validationmethods=x-http-01',
      'do not allow letsencrypt.org to use the method http-01',
    ],
  ])('refuses the value %j', async (value, text) => {
    const records = [...caa(value).CAA, { tag: 'issuewild', value: 'letsencrypt.org' }];
    expect(await issuesWith({ [name]: { ...here, CAA: records } })).toMatchObject([
      { code: 'dns.caa_forbids', severity: 'fails', problem: `The CAA records of ${name} ${text}.` },
    ]);
  });

  it('accepts records without the tag "issue"', async () => {
    const records = [
      { tag: 'iodef', value: 'mailto:security@example.com' },
      { tag: 'issuewild', value: ';' },
    ];
    expect(await issuesWith({ [name]: { ...here, CAA: records } })).toEqual([]);
  });

  it('uses the nearest records', async () => {
    const zone = { [name]: { ...here, ...caa('letsencrypt.org') }, 'example.com': caa(';') };
    expect(await issuesWith(zone)).toEqual([]);
  });

  it('warns when only one account may issue', async () => {
    const zone = { [name]: { ...here, ...caa('letsencrypt.org; accounturi=https://ca.example/acct/1') } };
    expect(await issuesWith(zone)).toMatchObject([
      {
        code: 'dns.caa_account',
        severity: 'warns',
        problem:
          'The CAA records of shop.example.com allow one account only: letsencrypt.org; accounturi=https://ca.example/acct/1.',
      },
    ]);
    const others = [...caa('letsencrypt.org; accounturi=x').CAA, ...caa('letsencrypt.org').CAA];
    expect(await issuesWith({ [name]: { ...here, CAA: others } })).toEqual([]);
  });

  it.each([
    ['SERVFAIL', 'fails'],
    ['silence', 'fails'],
    ['REFUSED', 'warns'],
  ] as const)('reports a failed lookup: %s', async (trouble, severity) => {
    const zone = { [name]: { ...here, CAA: trouble }, 'example.com': caa('letsencrypt.org') };
    expect(await issuesWith(zone)).toMatchObject([{ code: 'dns.caa_unknown', severity }]);
  });
});

it('returns the issues of many names in their order', async () => {
  const names = Array.from({ length: 30 }, (_, i) => `a${i}.example.com`);
  const zone = Object.fromEntries(names.map((one, i) => [one, i % 2 ? here : {}]));
  world = await startPreflightWorld(zone, { '127.0.0.1': answers(404) });
  const issues = await preflight(names, probe, world.settings);
  expect(issues.map((issue) => [issue.name, issue.code])).toEqual(
    names.map((one, i) => [one, i % 2 ? 'http.not_found' : 'dns.no_address']),
  );
});

it('checks eight names at a time', async () => {
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

describe('isPublicAddress', () => {
  it.each([
    ...['0.0.0.0', '10.0.0.0', '10.255.255.255', '100.64.0.1', '127.0.0.1', '169.254.169.254', '172.16.0.0'],
    ...['172.31.255.255', '192.0.2.1', '192.168.0.0', '192.168.255.255', '198.18.0.1', '224.0.0.1'],
    ...['255.255.255.255', '::', '::1', '::ffff:8.8.8.8', 'fc00::1', 'fdff::1', 'fe80::1', 'febf::1'],
    ...['ff0e::1', '2001:db8::1', '3fff::1', '64:ff9b::808:808'],
  ])('is false for %s', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each([
    ...['1.1.1.1', '9.255.255.255', '11.0.0.0', '126.255.255.255', '128.0.0.0', '172.15.255.255'],
    ...['172.32.0.0', '192.167.255.255', '192.169.0.0', '223.255.255.255'],
    ...['2001:4860::1', '2606:4700::1111', '2a00::1'],
  ])('is true for %s', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
});

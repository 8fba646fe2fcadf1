import { Command, CommanderError } from 'commander';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Zone } from '../../../test/support/fakes/dns-server.js';
import {
  closeWorlds,
  ours,
  type PreflightWorld,
  probe,
  startPreflightWorld,
} from '../../../test/support/fakes/preflight-world.js';
import { CommandError, exitStatus } from '../command.js';
import { certificatesPreflight, type WithProbe } from './certificates-preflight.js';

let world: PreflightWorld;
const zone: Zone = { 'shop.test': { A: ['127.0.0.1'] }, 'old.test': { A: ['127.0.0.2'] } };
beforeEach(async () => {
  world = await startPreflightWorld({ ...zone }, { '127.0.0.1': ours });
});
afterEach(closeWorlds);

/** @returns the output, and the error that `run` maps to the exit status */
async function preflight(argv: string[], withProbe: WithProbe = (work) => work(probe)) {
  const said = { out: '', err: '' };
  const io = {
    out: (text: string) => void (said.out += text),
    err: (text: string) => void (said.err += text),
    variables: () => ({}),
  };
  const certificates = new Command('certificates')
    .exitOverride()
    .configureOutput({ writeOut: io.out, writeErr: io.err });
  certificatesPreflight(certificates, io, withProbe, { ...world.settings, allowSpecialNames: true });
  const error: unknown = await certificates.parseAsync(['preflight', ...argv], { from: 'user' }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { ...said, error };
}

describe('usher certificates preflight', () => {
  it('reports that nothing will fail', async () => {
    expect(await preflight(['Shop.test', 'shop.test.'])).toEqual({
      out: 'shop.test: nothing will fail\n',
      err: '',
      error: undefined,
    });
  });

  it('reports what will fail with a remedy, and exits with 3', async () => {
    const { out, error } = await preflight(['shop.test', 'old.test', 'new.test']);
    expect(out).toBe(
      [
        'shop.test: nothing will fail',
        'old.test: will fail',
        `  fails  http.refused: 127.0.0.2 refuses connections on port ${world.port}.`,
        '         Let Usher or its proxy listen on this port, or remove the address from the DNS.',
        'new.test: will fail',
        '  fails  dns.no_such_name: new.test does not exist in the DNS.',
        '         Add an A record with the address of Usher or its proxy, or correct the spelling.',
        '',
      ].join('\n'),
    );
    expect(error).toEqual(new CommandError('2 of 3 names will fail.', exitStatus.attention));
    expect(error).toMatchObject({ status: 3 });
  });

  it('prints JSON', async () => {
    const { out, error } = await preflight(['shop.test', 'new.test', '--json']);
    expect(JSON.parse(out)).toEqual({
      names: ['shop.test', 'new.test'],
      failing: ['new.test'],
      findings: [
        {
          code: 'dns.no_such_name',
          severity: 'fails',
          name: 'new.test',
          address: null,
          problem: 'new.test does not exist in the DNS.',
          remedy: 'Add an A record with the address of Usher or its proxy, or correct the spelling.',
        },
      ],
    });
    expect(error).toMatchObject({ status: 3 });
  });

  it('reports a warning without an error', async () => {
    world.dns.zone['shop.test'] = { A: ['127.0.0.1'], AAAA: 'SERVFAIL' };
    const { out, error } = await preflight(['shop.test']);
    expect(out).toMatch(/^shop\.test: nothing will fail, with warnings\n {2}warns {2}dns\.server_failed: /);
    expect(error).toBeUndefined();
  });

  it('checks the CAA records for the given CA', async () => {
    world.dns.zone['shop.test'] = { A: ['127.0.0.1'], CAA: [{ tag: 'issue', value: 'ca.example' }] };
    expect(await preflight(['shop.test'])).toMatchObject({ error: { status: 3 } });
    expect(await preflight(['shop.test', '--ca', 'ca.example'])).toMatchObject({ error: undefined });
  });

  it('uses the given name server, which must be an IP address', async () => {
    // A server on port 53 of this loopback address, if any, has no record of the name.
    const { out } = await preflight(['shop.test', '--resolver', '127.0.0.99']);
    expect(out).toMatch(/^shop\.test: will fail\n +fails +dns\./);
    expect(world.dns.queries).toEqual([]);
    const { error, err } = await preflight(['shop.test', '--resolver', 'dns.example']);
    expect(error).toBeInstanceOf(CommanderError);
    expect(err).toContain('It must be an IP address.');
  });

  it('reports all invalid names before it publishes a challenge', async () => {
    const { out, error } = await preflight(['*.shop.test', 'shop.test:80', 'shop.test'], () => {
      throw new Error('published');
    });
    expect(out).toBe('');
    const lines = [
      '"*.shop.test" is a wildcard, which http-01 cannot prove; list each name separately.',
      '"shop.test:80" has a port; remove it, because CAs always use port 80.',
    ];
    expect(error).toEqual(new CommandError(lines.join('\n'), exitStatus.usage));
    expect(error).toMatchObject({ status: 2 });
  });

  it('requires at least one name', async () => {
    const { error, err } = await preflight([]);
    expect(error).toBeInstanceOf(CommanderError);
    expect(err).toContain("missing required argument 'name'");
  });

  it('fails if the challenge cannot be published', async () => {
    const noDatabase = new Error('no database');
    expect(await preflight(['shop.test'], () => Promise.reject(noDatabase))).toMatchObject({
      error: noDatabase,
    });
  });

  it('prints help', async () => {
    const { out } = await preflight(['--help']);
    expect(out).toContain('Usage: certificates preflight [options] <name...>');
    expect(out).toContain(
      'Exit status: 0 nothing will fail; 1 failed; 2 invalid arguments; 3 something will fail.',
    );
  });
});

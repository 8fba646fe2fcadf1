import { Command, CommanderError } from 'commander';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Zone } from '../../../test/support/dns-server.js';
import {
  ours,
  type PreflightWorld,
  probe,
  startPreflightWorld,
} from '../../../test/support/preflight-world.js';
import { CommandError, exitStatus } from '../command.js';
import { certificatesPreflight, type WithProbe } from './certificates-preflight.js';

let world: PreflightWorld;
const zone: Zone = { 'shop.test': { A: ['127.0.0.1'] }, 'old.test': { A: ['127.0.0.2'] } };
beforeEach(async () => {
  world = await startPreflightWorld({ ...zone }, { '127.0.0.1': ours });
});
afterEach(() => world.close());

/** As `run` does it: what was said, and the error that the exit status comes from. */
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
  it('says that nothing will fail', async () => {
    expect(await preflight(['Shop.test', 'shop.test.'])).toEqual({
      out: 'shop.test: nothing will fail\n',
      err: '',
      error: undefined,
    });
  });

  it('says what will fail and how to mend it, and that somebody should look', async () => {
    const { out, error } = await preflight(['shop.test', 'old.test', 'new.test']);
    expect(out).toBe(
      [
        'shop.test: nothing will fail',
        'old.test: will fail',
        `  fails  http.refused: 127.0.0.2 refuses connections on port ${world.port}.`,
        '         Let Usher, or the proxy before it, listen on this port, or take the address out of the DNS.',
        'new.test: will fail',
        '  fails  dns.no_such_name: The DNS knows no name new.test.',
        '         Add an A record with the address of Usher or of the proxy before it, or mend the spelling.',
        '',
      ].join('\n'),
    );
    expect(error).toEqual(new CommandError('Of 3 names 2 will fail.', exitStatus.attention));
    expect(error).toMatchObject({ status: 3 });
  });

  it('answers as JSON', async () => {
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
          problem: 'The DNS knows no name new.test.',
          remedy:
            'Add an A record with the address of Usher or of the proxy before it, or mend the spelling.',
        },
      ],
    });
    expect(error).toMatchObject({ status: 3 });
  });

  it('asks for the CA it is told', async () => {
    world.dns.zone['shop.test'] = { A: ['127.0.0.1'], CAA: [{ tag: 'issue', value: 'ca.example' }] };
    expect(await preflight(['shop.test'])).toMatchObject({ error: { status: 3 } });
    expect(await preflight(['shop.test', '--ca', 'ca.example'])).toMatchObject({ error: undefined });
  });

  it('asks the name server it is told, and takes nothing but an address for one', async () => {
    // If somebody listens on port 53 of this address of loopback, they do not know the name.
    const { out } = await preflight(['shop.test', '--resolver', '127.0.0.99']);
    expect(out).toMatch(/^shop\.test: will fail\n +fails +dns\./);
    expect(world.dns.asked).toEqual([]);
    const { error, err } = await preflight(['shop.test', '--resolver', 'dns.example']);
    expect(error).toBeInstanceOf(CommanderError);
    expect(err).toContain('It must be an IP address.');
  });

  it('names all names that are none, before anything is published', async () => {
    const { out, error } = await preflight(['*.shop.test', 'shop.test:80', 'shop.test'], () => {
      throw new Error('published');
    });
    expect(out).toBe('');
    const lines = [
      '"*.shop.test" is a wildcard, which http-01 cannot prove; list each name by itself.',
      '"shop.test:80" has a port; leave it out, a CA always asks port 80.',
    ];
    expect(error).toEqual(new CommandError(lines.join('\n'), exitStatus.usage));
    expect(error).toMatchObject({ status: 2 });
  });

  it('takes at least one name', async () => {
    const { error, err } = await preflight([]);
    expect(error).toBeInstanceOf(CommanderError);
    expect(err).toContain("missing required argument 'name'");
  });

  it('fails as the publishing fails', async () => {
    const noDatabase = new Error('no database');
    expect(await preflight(['shop.test'], () => Promise.reject(noDatabase))).toMatchObject({
      error: noDatabase,
    });
  });

  it('explains itself', async () => {
    const { out } = await preflight(['--help']);
    expect(out).toContain('Usage: certificates preflight [options] <name...>');
    expect(out).toContain(
      'Exit status: 0 nothing will fail; 1 not possible; 2 used wrongly; 3 something will fail.',
    );
  });
});

import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority } from '../../../test/support/builders/certificates.js';
import { runCommand } from '../../../test/support/drivers/command.js';
import { openDatabase } from '../../../test/support/drivers/database.js';

const database = openDatabase();
let chain: string;
beforeAll(async () => {
  chain = (await (await createAuthority()).issue(['xn--bcher-kva.usher.dev', 'usher.dev'])).chain;
});
afterEach(() => database.sql('DELETE FROM usher.certificates'));

/** Nothing listens at the CA's address. */
const certificates = (argv: string[], wanted?: string, more: Record<string, string> = {}) =>
  runCommand(['certificates', ...argv], {
    DATABASE_URL: database.url,
    SESSION_SECRETS: 'a-session-secret-of-the-tests',
    ACME_CERTIFICATES: wanted,
    ACME_DIRECTORY_URL: 'https://127.0.0.1:1/dir',
    ACME_TERMS_AGREED: 'yes',
    ...more,
  });

const store = (pem: string | null, names = ['xn--bcher-kva.usher.dev', 'usher.dev']) =>
  database.sql(
    `INSERT INTO usher.certificates (names, chain, serial, not_before, not_after, renew_at)
     VALUES ($1, $2, '01', '2026-01-01', '2026-04-01Z', '2026-03-01Z')`,
    [names, pem],
  );

const noSuch = { status: 1, out: '', err: 'There is no certificate with this name.\n' };

describe('usher certificates show', () => {
  it.each([
    'usher.dev',
    'USHER.dev',
    'usher.dev.',
    'bücher.usher.dev',
    'BÜCHER.usher.dev',
    'xn--bcher-kva.usher.dev',
  ])('finds %s', async (name) => {
    await store(chain);
    const { status, out, err } = await certificates(['show', name]);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toBe(
      `xn--bcher-kva.usher.dev, usher.dev: valid until 2026-04-01, renewed about 2026-03-01\n${chain}`,
    );
    expect(JSON.parse((await certificates(['show', name, '--json'])).out)).toMatchObject({ chain });
  });

  it.each(['other.usher.dev', 'dev', '*.usher.dev', '', 'a b', '\u001b[2J', 'x'.repeat(10_000)])(
    'finds no certificate for %.20j',
    async (name) => {
      await store(chain);
      expect(await certificates(['show', '--', name])).toEqual(noSuch);
    },
  );
});

describe('usher certificates renew', () => {
  it.each(['other.usher.dev', 'dev', '', '\u001b[2J', 'x'.repeat(10_000)])('refuses %.20j', async (name) => {
    expect(await certificates(['renew', '--', name], 'usher.dev')).toEqual(noSuch);
    expect(await certificates(['renew', '--json', '--', name], 'usher.dev')).toEqual(noSuch);
    expect(await database.sql('SELECT 1 FROM usher.certificates')).toEqual([]);
  });
});

describe.each(['issue', 'renew'])('usher certificates %s', (command) => {
  it('prints the same JSON as "list --json" after a failed issuance', async () => {
    const { status, out, err } = await certificates([command, '--json'], 'usher.dev');
    expect({ status, err }).toEqual({ status: 1, err: expect.stringContaining('The CA does not answer') });
    expect(out).toBe((await certificates(['list', '--json'])).out);
    expect(JSON.parse(out)).toMatchObject([
      { names: ['usher.dev'], failures: 1, lastError: 'The CA does not answer (ECONNREFUSED)' },
    ]);
  });

  it('prints the JSON also while another process issues certificates', async () => {
    await store(chain);
    const other = await database.connect();
    await other.query('SELECT pg_advisory_lock(2263)');
    const { status, out, err } = await certificates([command, '--json'], 'usher.dev');
    await other.end();
    expect({ status, err }).toEqual({
      status: 3,
      err: expect.stringMatching(/^Another process is issuing certificates\. .*\n$/),
    });
    expect(JSON.parse(out)).toMatchObject([{ chain }]);
  });

  it.each([
    ['ACME_CERTIFICATES', 'usher.dev; usher.dev', 'is in certificate 1 already'],
    ['ACME_CA_BUNDLE', '/nowhere/ca.pem', 'it cannot be read (ENOENT)'],
    ['ACME_TERMS_AGREED', '', "must be yes, once you have read the CA's terms of service"],
    ['ACME_TERMS_AGREED', 'no', "must be yes, once you have read the CA's terms of service"],
    ['ACME_DIRECTORY_URL', 'http://ca.example.com', "must be the https URL of a CA's ACME directory"],
    ['ACME_CONTACT', 'nobody', 'must be an e-mail address'],
    ['ACME_KEY_TYPE', 'dsa', 'must be ec256, ec384 or rsa2048'],
    ['ACME_CHECK_ADDRESS', 'localhost', 'must be a host and a port'],
    ['HEROKU_APP', 'an-app', 'HEROKU_API_KEY is missing'],
    ['HEROKU_API_KEY', 'a key', 'must be a key as Heroku makes them'],
    ['SESSION_SECRETS', 'short', 'must hold one or more'],
  ])('refuses to start with %s=%s', async (name, value, reason) => {
    const { status, out, err } = await certificates([command, '--json'], 'usher.dev', { [name]: value });
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain(reason);
    expect(err).toContain(name);
    expect(err.trim().split('\n')).toHaveLength(1);
  });
});

describe('rows that were edited by hand', () => {
  const broken =
    'xn--bcher-kva.usher.dev, usher.dev: the chain in the database is not valid (it holds none); ' +
    'replace it with "usher certificates renew xn--bcher-kva.usher.dev"';

  it.each(['', 'garbage\u001b[2J'])('are listed with the remedy for the chain %j', async (pem) => {
    await store(pem);
    expect(await certificates(['list'])).toEqual({ status: 0, out: `${broken}\n`, err: '' });
    expect(await certificates(['show', 'usher.dev'])).toEqual({ status: 1, out: '', err: `${broken}\n` });
  });

  it('are listed with the remedy for a truncated chain', async () => {
    await store(chain.slice(0, -40));
    expect((await certificates(['show', 'usher.dev'])).err).toContain('(certificate 2 of it is broken)');
  });

  it('with an account key that cannot be unsealed get a new account', async () => {
    const ACME_DIRECTORY_URL = 'https://127.0.0.1:1/lost';
    await database.sql(`INSERT INTO usher.acme_accounts VALUES ($1, 'garbage')`, [ACME_DIRECTORY_URL]);
    const { status, err } = await certificates(['issue'], 'usher.dev', { ACME_DIRECTORY_URL });
    expect(status).toBe(1);
    expect(err).toBe('usher.dev: The CA does not answer (ECONNREFUSED)\n');
    expect(await database.sql(`SELECT 1 FROM usher.acme_accounts WHERE sealed_key = 'garbage'`)).toEqual([]);
  });

  it('print the error of a CA without control characters', async () => {
    await store(null);
    await database.sql(`UPDATE usher.certificates SET last_error = E'\\x1b[2J\\nmore', failures = 1`);
    expect((await certificates(['list'])).out).toContain(
      'xn--bcher-kva.usher.dev, usher.dev: not issued yet; failed 1 time, last: \\u{1b}[2J\\u{a}more; next try ',
    );
  });
});

describe('every command', () => {
  it.each(['list', 'show', 'issue', 'renew', 'preflight', 'challenge add', 'challenge remove'])(
    'prints help: %s',
    async (command) => {
      const { status, out } = await certificates([...command.split(' '), '--help']);
      expect(status).toBe(0);
      for (const text of ['Exit status: 0', '2 invalid arguments', 'Needs DATABASE_URL', '--json'])
        expect(out).toContain(text);
    },
  );
});

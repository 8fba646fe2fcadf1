import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority } from '../../../test/support/builders/certificates.js';
import { minimalEnvironment } from '../../../test/support/builders/environment.js';
import { loadConfig } from './config.js';
import { ConfigurationError } from './config-namespace.js';

const load = (change: Record<string, string>) =>
  loadConfig({
    ...minimalEnvironment,
    ACME_TERMS_AGREED: 'yes',
    ACME_CERTIFICATES: 'shop.example.com',
    ...change,
  });

function problems(change: Record<string, string>): readonly string[] {
  try {
    load(change);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

describe('ACME_CERTIFICATES', () => {
  const names = (text: string) => load({ ACME_CERTIFICATES: text }).acme.certificates;
  const problem = (text: string) => problems({ ACME_CERTIFICATES: text });
  const rule =
    'ACME_CERTIFICATES must hold domain names, comma-separated, and semicolons between certificates; no wildcards: ';

  it.each([
    ['a.example.com', [['a.example.com']]],
    [
      ' a.example.com ,b.example.com;; c.example.com; ',
      [['a.example.com', 'b.example.com'], ['c.example.com']],
    ],
    ['Shop.EXAMPLE.com.', [['shop.example.com']]],
    ['bücher.example.com', [['xn--bcher-kva.example.com']]],
    ['shop.internal', [['shop.internal']]],
    ['a.example.com, A.example.com., a.example.com', [['a.example.com']]],
    ['bücher.example.com, xn--bcher-kva.example.com', [['xn--bcher-kva.example.com']]],
  ])('takes %j for %j', (text, certificates) => {
    expect(names(text)).toEqual(certificates);
  });

  it.each([
    ['a.example.com; b.example.com, *.example.com', 'name 2 of certificate 2 is a wildcard'],
    ['192.0.2.1', 'name 1 of certificate 1 is an IP address'],
    ['2001:db8::1', 'name 1 of certificate 1 is an IP address'],
    ['a b.example.com', 'name 1 of certificate 1 has the character " "'],
    ['a_b.example.com', 'name 1 of certificate 1 has the character "_"'],
    ['a.example.com:443', 'name 1 of certificate 1 has a port'],
    ['https://a.example.com/', 'name 1 of certificate 1 is a URL'],
    ['localhost', 'name 1 of certificate 1 has no domain'],
    ['a..example.com', 'name 1 of certificate 1 has an empty label'],
    ['xn--a.com', 'name 1 of certificate 1 is not a valid internationalized name'],
    ['\u200d.example.com', 'name 1 of certificate 1 is not a valid internationalized name'],
    [`${'a.'.repeat(144)}example.com`, 'name 1 of certificate 1 has 299 characters'],
    ['é'.repeat(5000), 'name 1 of certificate 1 is too long'],
    ['a.example.com; b.example.com, A.example.com.', 'name 2 of certificate 2 is in certificate 1 already'],
    ['a.example.com; a.example.com', 'name 1 of certificate 2 is in certificate 1 already'],
    [
      Array.from({ length: 101 }, (_, i) => `a${i}.example.com`).join(),
      'certificate 1 has more than 100 names',
    ],
    [' ; , ;', 'there is none'],
  ])('refuses %.60j with one line', (text, reason) => {
    const [line, ...more] = problem(text);
    expect(line?.startsWith(rule + reason)).toBe(true);
    expect(line).not.toContain('\n');
    expect(more).toEqual([]);
  });

  it('requires the agreement to the terms', () => {
    expect(problems({ ACME_TERMS_AGREED: 'no' })).toEqual([
      "ACME_TERMS_AGREED must be yes, once you have read the CA's terms of service",
    ]);
  });
});

describe('ACME_CA_BUNDLE', () => {
  let folder: string;
  let pem: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'usher-bundle-'));
    pem = (await (await createAuthority()).issue(['ca.example.com'])).chain;
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function problemsWith(content: string): Promise<readonly string[]> {
    const path = join(folder, 'bundle.pem');
    await writeFile(path, content);
    return problems({ ACME_CA_BUNDLE: path });
  }
  const because = (reason: string) => [
    `ACME_CA_BUNDLE must be the path of a PEM file with certificates: ${reason}`,
  ];

  it('accepts one or more certificates with other text between them', async () => {
    expect(await problemsWith(pem)).toEqual([]);
    expect(await problemsWith(`Our CA:\n${pem.replaceAll('\n', '\r\n')}\nand nothing else`)).toEqual([]);
  });

  it('is refused if it cannot be read', async () => {
    expect(problems({ ACME_CA_BUNDLE: join(folder, 'none.pem') })).toEqual(
      because('it cannot be read (ENOENT)'),
    );
    expect(problems({ ACME_CA_BUNDLE: folder })).toEqual(because('it cannot be read (EISDIR)'));
    expect(problems({ ACME_CA_BUNDLE: 'a\0b' })).toEqual(
      because('it cannot be read (ERR_INVALID_ARG_VALUE)'),
    );
  });

  it.each([
    ['nothing', () => ''],
    ['no PEM', () => '<html>'],
    ['bytes', () => '\u0000\uffff'.repeat(100)],
    ['a key', () => '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'],
  ])('is refused with %s', async (_, content) => {
    expect(await problemsWith(content())).toEqual(because('it holds none'));
  });

  it.each([
    ['a letter too many', () => pem.replace(/\n(?=-----END)(?![^]*-----END[^]*-----END)/, 'AAAA\n')],
    ['no end', () => pem.trimEnd().slice(0, -10)],
  ])('is refused with a broken certificate: %s', async (_, content) => {
    expect(await problemsWith(content())).toEqual(because('certificate 2 of it is broken'));
  });

  it('is refused without permission to read it', async () => {
    const path = join(folder, 'secret.pem');
    await writeFile(path, pem);
    await chmod(path, 0);
    // Root may read everything.
    const expected = process.getuid?.() === 0 ? [] : because('it cannot be read (EACCES)');
    expect(problems({ ACME_CA_BUNDLE: path })).toEqual(expected);
  });
});

describe('other variables of certificates', () => {
  it.each([
    ['ACME_DIRECTORY_URL', 'http://ca.example.com/dir', "must be the https URL of a CA's ACME directory"],
    ['ACME_DIRECTORY_URL', 'ca.example.com', "must be the https URL of a CA's ACME directory"],
    ['ACME_CONTACT', 'operator', 'must be an e-mail address for the CA to write to'],
    ['ACME_CONTACT', 'Operator <a@example.com>', 'must be an e-mail address for the CA to write to'],
    ['ACME_TERMS_AGREED', 'true', "must be yes, once you have read the CA's terms of service"],
    ['ACME_KEY_TYPE', 'rsa1024', 'must be ec256, ec384 or rsa2048'],
    ['ACME_WARNING_DAYS', '7;1', 'must hold comma-separated whole numbers of days, from 0 to 365'],
    ['ACME_WARNING_DAYS', '7,400', 'must hold comma-separated whole numbers of days, from 0 to 365'],
    ['ACME_WARNING_DAYS', '-1', 'must hold comma-separated whole numbers of days, from 0 to 365'],
    ['ACME_CHECK_ADDRESS', 'localhost', 'must be a host and a port, such as localhost:443'],
    ['ACME_CHECK_ADDRESS', 'localhost:0', 'must be a host and a port, such as localhost:443'],
    ['ACME_CHECK_ADDRESS', 'localhost:65536', 'must be a host and a port, such as localhost:443'],
    ['ACME_CHECK_ADDRESS', 'a b:443', 'must be a host and a port, such as localhost:443'],
    ['HEROKU_APP', 'An_App', 'must be the name of an app on Heroku'],
    ['HEROKU_API_KEY', 'a key', 'must be a key as Heroku makes them: no spaces'],
    ['HEROKU_API_KEY', 'key\n', 'must be a key as Heroku makes them: no spaces'],
  ])('%s is not %j', (name, value, reason) => {
    const heroku = { HEROKU_APP: 'an-app', HEROKU_API_KEY: 'HRKU-key' };
    const others = name.startsWith('HEROKU') ? heroku : {};
    expect(problems({ ...others, [name]: value })[0]).toBe(`${name} ${reason}`);
  });

  it('requires both variables for Heroku', () => {
    const together = 'HEROKU_API_KEY and HEROKU_APP go together';
    expect(problems({ HEROKU_APP: 'an-app' })).toEqual([`HEROKU_API_KEY is missing: ${together}`]);
    expect(problems({ HEROKU_API_KEY: 'HRKU-key' })).toEqual([`HEROKU_APP is missing: ${together}`]);
  });

  it.each(['localhost:443', '127.0.0.1:1', 'shop.example.com:65535'])('takes the address %s', (address) => {
    expect(problems({ ACME_CHECK_ADDRESS: address, ACME_CERTIFICATE_DIR: '/certificates' })).toEqual([]);
  });

  it('treats empty values as not set', () => {
    const empty = Object.fromEntries(
      [
        ...['ACME_CERTIFICATES', 'ACME_CONTACT', 'ACME_DIRECTORY_URL', 'ACME_CA_BUNDLE', 'ACME_KEY_TYPE'],
        ...[
          'ACME_CERTIFICATE_DIR',
          'ACME_RELOAD_COMMAND',
          'ACME_CHECK_ADDRESS',
          'HEROKU_APP',
          'HEROKU_API_KEY',
        ],
      ].map((name) => [name, '']),
    );
    expect(load(empty).acme.certificates).toEqual([]);
  });

  it('are converted', () => {
    const all = {
      ACME_CONTACT: 'operator@example.com',
      ACME_KEY_TYPE: 'rsa2048',
      ACME_WARNING_DAYS: '20, 2',
      ACME_CERTIFICATE_DIR: '/certificates',
      ACME_RELOAD_COMMAND: 'nginx -s reload',
      ACME_CHECK_ADDRESS: 'localhost:443',
      HEROKU_APP: 'an-app',
      HEROKU_API_KEY: 'HRKU-key',
    };
    expect(load(all).acme).toEqual({
      certificates: [['shop.example.com']],
      directoryUrl: 'https://acme-v02.api.letsencrypt.org/directory',
      contact: 'operator@example.com',
      caBundle: undefined,
      keyType: 'rsa2048',
      warningDays: [20, 2],
      heroku: { app: 'an-app', apiKey: 'HRKU-key' },
      files: {
        directory: '/certificates',
        reloadCommand: 'nginx -s reload',
        checkAddress: { host: 'localhost', port: 443 },
      },
    });
  });
});

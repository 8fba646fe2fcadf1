import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { freePort } from '../../apps/local-stack/src/ports.js';
import { isCertbotInstalled, startCertbot } from '../support/drivers/certbot.js';
import { isPebbleInstalled, type Pebble, startPebble } from '../support/drivers/pebble.js';
import { startUsher, type Usher } from '../support/drivers/usher.js';
import { startUsherProcess } from '../support/drivers/usher-process.js';

const missing = [...(isPebbleInstalled() ? [] : ['pebble']), ...(isCertbotInstalled() ? [] : ['certbot'])];
if (missing.length > 0)
  process.stderr.write(
    `SKIPPED: certbot against our challenges. What is not installed: ${missing.join(', ')}.\n`,
  );

const withCertbot = missing.length === 0 ? describe : describe.skip;

// certbot looks for a hook's first word in the PATH, as it stands there: quotes are none to it.
const challenge = 'node "$USHER" certificates challenge';
const hookEnvironment = {
  PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
  USHER: join(import.meta.dirname, '../../dist/src/cli/main.js'),
};

let usher: Usher;
let folder: string;

withCertbot('certbot --manual', () => {
  beforeAll(async () => {
    usher = await startUsher();
  });
  afterAll(() => usher.close());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'usher-certbot-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  describe('with our commands as its hooks', () => {
    let pebble: Pebble;
    beforeAll(async () => {
      pebble = await startPebble({ httpPort: Number(new URL(usher.url).port), refusedNonces: 0 });
    });
    afterAll(() => pebble.stop());

    const certbot = (...names: string[]) =>
      startCertbot({
        ...{ pebble, folder, names },
        more: [
          '--non-interactive',
          ...['--manual-auth-hook', `${challenge} add "$CERTBOT_TOKEN" "$CERTBOT_VALIDATION"`],
          ...['--manual-cleanup-hook', `${challenge} remove "$CERTBOT_TOKEN"`],
        ],
        environment: { ...hookEnvironment, DATABASE_URL: usher.database.url },
      }).ended;

    it.each([[['one.usher.dev']], [['two.usher.dev', 'www.two.usher.dev']]])(
      'gets a certificate for %j, and leaves no challenge',
      async (names) => {
        const { status, output } = await certbot(...names);
        expect({ status, output }).toEqual({
          status: 0,
          output: expect.stringContaining('Successfully received certificate'),
        });
        await expectCertificate(names);
        expect(await usher.database.sql('SELECT 1 FROM usher.acme_challenges')).toEqual([]);
      },
    );
  });

  describe('without hooks', () => {
    const ends: (() => Promise<unknown>)[] = [];
    afterEach(async () => {
      for (const end of ends.splice(0).reverse()) await end();
    });

    it('asks an operator, who starts an API with the pair in its environment', async () => {
      const names = ['by-hand.usher.dev'];
      const port = await freePort();
      const pebble = await startPebble({ httpPort: port, refusedNonces: 0 });
      ends.push(() => pebble.stop());
      const certbot = startCertbot({ pebble, folder, names, more: ['--force-interactive'] });
      ends.push(() => certbot.stop());
      const [, keyAuthorization = '', token = ''] = await certbot.says(
        /just this data:\s+(\S+)[^]+\.well-known\/acme-challenge\/(\S+)[^]+Press Enter to Continue/,
      );
      const pair = { LETSENCRYPT_KEY: token, LETSENCRYPT_CHALLENGE: keyAuthorization };
      const api = await startUsherProcess({ ...usher.variables, ...pair }, port);
      ends.push(() => api.stop());
      certbot.pressEnter();
      expect(await certbot.ended).toMatchObject({ status: 0 });
      await expectCertificate(names);
    });
  });
});

/** The files that certbot has written: of these names, with the key, and signed by the next in the chain. */
async function expectCertificate(names: string[]): Promise<void> {
  const read = (file: string) => readFile(join(folder, 'config/live', names[0] ?? '', file), 'utf8');
  const leaf = new X509Certificate(await read('fullchain.pem'));
  expect(names.map((name) => leaf.checkHost(name))).toEqual(names);
  expect(leaf.subjectAltName?.split(', ')).toHaveLength(names.length);
  expect(leaf.checkPrivateKey(createPrivateKey(await read('privkey.pem')))).toBe(true);
  expect(leaf.verify(new X509Certificate(await read('chain.pem')).publicKey)).toBe(true);
  expect(new Date(leaf.validTo) > new Date()).toBe(true);
}

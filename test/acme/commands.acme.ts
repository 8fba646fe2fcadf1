import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { runCommand } from '../support/drivers/command.js';
import { describeWithPebble, type Pebble, startPebble } from '../support/drivers/pebble.js';
import { startUsher, type Usher } from '../support/drivers/usher.js';

let usher: Usher;
let pebble: Pebble;

const wanted = 'commands.usher.dev; bücher.usher.dev, www.bücher.usher.dev.';
const serials = async (): Promise<(string | null)[]> =>
  (
    await usher.database.sql<{ serial: string | null }>('SELECT serial FROM usher.certificates ORDER BY id')
  ).map(({ serial }) => serial);

const certificates = (...argv: string[]) =>
  runCommand(['certificates', ...argv], {
    DATABASE_URL: usher.database.url,
    SESSION_SECRETS: 'a-session-secret-of-the-tests',
    ACME_CERTIFICATES: wanted,
    ACME_DIRECTORY_URL: pebble.directoryUrl,
    ACME_CA_BUNDLE: pebble.caBundle,
    ACME_TERMS_AGREED: 'yes',
  });

describeWithPebble('the commands that issue certificates', () => {
  beforeAll(async () => {
    usher = await startUsher();
    pebble = await startPebble({ httpPort: Number(new URL(usher.url).port) });
    expect((await certificates('issue')).status).toBe(0);
  });
  afterAll(async () => {
    await pebble.stop();
    await usher.close();
  });

  it('find a certificate by any spelling of a name, and print only JSON to standard output', async () => {
    const [one, other] = await serials();
    const { status, out, err } = await certificates('renew', 'WWW.Bücher.usher.dev', '--json');
    expect({ status, err }).toEqual({
      status: 0,
      err: expect.stringContaining('xn--bcher-kva.usher.dev, www.xn--bcher-kva.usher.dev: up to date\n'),
    });
    const [same, another] = await serials();
    expect(same).toBe(one);
    expect(another).not.toBe(other);
    expect(JSON.parse(out)).toMatchObject([
      { names: ['commands.usher.dev'], serial: same },
      { names: ['xn--bcher-kva.usher.dev', 'www.xn--bcher-kva.usher.dev'], serial: another },
    ]);
  });

  it('replace a broken chain', async () => {
    await usher.database.sql(`UPDATE usher.certificates SET chain = 'garbage' WHERE serial = $1`, [
      (await serials())[0],
    ]);
    const { status, err } = await certificates('issue');
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect((await certificates('show', 'commands.usher.dev')).out).toContain('BEGIN CERTIFICATE');
  });
});

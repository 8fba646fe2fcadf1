import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '../drivers/until.js';
import {
  type CertificateHost,
  HostError,
  type IssuedCertificate,
} from '../../../src/acme/hosts/certificate-host.js';
import { createAuthority, type TestAuthority } from '../builders/certificates.js';

/** A host, and the environment that tests control. */
export interface HostWorld {
  host: CertificateHost;
  /** Two names that it can serve. */
  names: string[];
  /** Must not appear in errors, besides keys. */
  secrets: string[];
  /** Everything at the host that `deploy` may change. */
  state(): Promise<unknown>;
  /** Stops the server. */
  takeAway(): Promise<void>;
  close(): Promise<void>;
}

/** The contract of every `CertificateHost`. */
export function behavesAsCertificateHost(start: () => Promise<HostWorld>): void {
  describe('CertificateHost contract', () => {
    let authority: TestAuthority;
    let world: HostWorld;
    let first: IssuedCertificate;

    beforeEach(async () => {
      authority = await createAuthority();
      world = await start();
      first = await authority.issue(world.names);
    });

    afterEach(() => world.close());

    const deployAndWait = async (certificate: IssuedCertificate) => {
      await world.host.deploy(certificate);
      await until(async () => (await world.host.check(certificate)) === 'served');
    };

    it('does not report a certificate as served before its deployment', async () => {
      expect(await world.host.check(first)).toEqual({ served: expect.not.stringMatching(first.serial) });
    });

    it.each(['EC', 'RSA'] as const)('serves a first certificate with an %s key', async (keyType) => {
      await deployAndWait(await authority.issue(world.names, keyType));
    });

    it('serves the renewed certificate instead of the first', async () => {
      await deployAndWait(first);
      const renewed = await authority.issue(world.names);
      await deployAndWait(renewed);
      expect(await world.host.check(first)).toEqual({ served: renewed.serial });
    });

    it('distinguishes a certificate of another authority', async () => {
      const other = await (await createAuthority()).issue(world.names);
      await deployAndWait(other);
      expect(await world.host.check(first)).toEqual({ served: other.serial });
    });

    it('changes nothing when the same certificate is deployed again', async () => {
      await deployAndWait(first);
      const before = await world.state();
      await deployAndWait(first);
      expect(await world.state()).toEqual(before);
    });

    it('refuses a key of another certificate, and continues to serve the old one', async () => {
      await deployAndWait(first);
      const { key } = await authority.issue(world.names);
      const error = await errorOf(world.host.deploy({ ...(await authority.issue(world.names)), key }));
      expect(error.reason).toBe('refused');
      await until(async () => (await world.host.check(first)) === 'served');
    });

    it.each([
      ['chain', { chain: 'no PEM' }],
      ['key', { key: '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n' }],
    ])('refuses an invalid %s', async (_what, part) => {
      const error = await errorOf(world.host.deploy({ ...first, ...part }));
      expect(error.reason).toBe('refused');
    });

    it('throws unavailable when it cannot be reached', async () => {
      await deployAndWait(first);
      await world.takeAway();
      expect((await errorOf(world.host.check(first))).reason).toBe('unavailable');
    });

    it('does not show keys or tokens in errors', async () => {
      await deployAndWait(first);
      const { key } = await authority.issue(world.names, 'RSA');
      const renewed = await authority.issue(world.names);
      const errors = [
        await errorOf(world.host.deploy({ ...renewed, key })),
        await errorOf(world.host.deploy({ ...renewed, chain: renewed.key })),
      ];
      await world.takeAway();
      errors.push(await errorOf(world.host.check(first)));
      const secrets = [key, renewed.key, renewed.chain, ...world.secrets];
      for (const error of errors) expectNoSecrets(error, secrets);
    });
  });
}

/** Returns the error of a rejected promise, which must be a HostError with a one-line message. */
export async function errorOf(promise: Promise<unknown>): Promise<HostError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof HostError)) throw new Error(`not a HostError: ${inspect(error)}`);
  expect(error.message).toMatch(/^[^\n]{10,300}\.$/);
  return error;
}

/** The error must not contain any line of a PEM text. */
function expectNoSecrets(error: Error, secrets: string[]): void {
  const shown = inspect(error, { depth: null, showHidden: true });
  const lines = secrets.flatMap((secret) => secret.split('\n')).filter((line) => line.length > 8);
  for (const line of lines) expect(shown).not.toContain(line);
}

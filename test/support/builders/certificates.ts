import { randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';
import type { IssuedCertificate } from '../../../src/acme/hosts/certificate-host.js';

type KeyType = 'EC' | 'RSA';
type KeyPair = webcrypto.CryptoKeyPair;

const ec = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const rsa = {
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: 'SHA-256',
};
const day = 86_400_000;

/** A CA for one test. */
export interface TestAuthority {
  /** @param names domain names, or one IP address */
  issue(names: string[], keyType?: KeyType): Promise<IssuedCertificate>;
}

export async function createAuthority(): Promise<TestAuthority> {
  const keys = await keyPair('EC');
  const name = 'CN=Authority of the tests';
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name,
    ...validity(),
    signingAlgorithm: ec,
    keys,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  });
  return {
    issue: async (names, keyType = 'EC') => {
      const own = await keyPair(keyType);
      const leaf = await x509.X509CertificateGenerator.create({
        serialNumber: serialNumber(),
        subject: `CN=${names[0]}`,
        issuer: name,
        ...validity(),
        signingAlgorithm: ec,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        extensions: [
          new x509.SubjectAlternativeNameExtension(
            names.map((value) => ({ type: isIP(value) ? ('ip' as const) : ('dns' as const), value })),
          ),
        ],
      });
      const chain = `${leaf.toString('pem')}\n${certificate.toString('pem')}\n`;
      return { names, chain, key: await privateKeyOf(own), serial: new X509Certificate(chain).serialNumber };
    },
  };
}

const validity = () => ({ notBefore: new Date(Date.now() - day), notAfter: new Date(Date.now() + 90 * day) });

/** RFC 5280 section 4.1.2.2: positive, and not more than 20 octets. */
const serialNumber = () => `03${randomBytes(17).toString('hex')}`;

const keyPair = (type: KeyType): Promise<KeyPair> =>
  webcrypto.subtle.generateKey(type === 'EC' ? ec : rsa, true, ['sign', 'verify']);

async function privateKeyOf({ privateKey }: KeyPair): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', privateKey));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----', ''].join('\n');
}

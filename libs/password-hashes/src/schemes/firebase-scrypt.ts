import { createCipheriv } from 'node:crypto';
import { comparing } from '../compare.js';
import { base64, urlSafeBase64 } from '../encodings.js';
import type { FirebaseParameters, Scheme } from '../scheme.js';
import { refuseScryptCost, scrypt } from './scrypt.js';

/**
 * Firebase Authentication's modified scrypt: the derived key encrypts the project's signer key, and the result is stored
 * (github.com/firebase/scrypt). The stored string contains only the result, so the parameters must be configured.
 */
export const firebaseScryptScheme: Scheme = {
  parse(stored, { firebase }) {
    const parameters = firebase && decode(firebase);
    const { encoding, bytes } = decodeEither(stored) ?? {};
    if (!parameters || !encoding) return undefined;
    if (bytes?.length !== parameters.signerKey.length) return 'impossible';
    const { salt, signerKey, cost } = parameters;
    return comparing({
      digest: stored,
      digestOf(password) {
        const key = scrypt(password, salt, 64, cost).subarray(0, 32);
        const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
        return encoding.encode(Buffer.concat([cipher.update(signerKey), cipher.final()]));
      },
      cost: `N=${cost.N},r=${cost.r},p=${cost.p}`,
    });
  },
};

function decode({ salt, saltSeparator, rounds, memCost, signerKey }: FirebaseParameters) {
  const [saltBytes, separator, key] = [salt, saltSeparator, signerKey].map(
    (text) => decodeEither(text)?.bytes,
  );
  const cost = { N: 2 ** memCost, r: rounds, p: 1 };
  if (!saltBytes || !separator || !key || key.length === 0 || refuseScryptCost(cost)) return undefined;
  return { salt: Buffer.concat([saltBytes, separator]), signerKey: key, cost };
}

/** The console and `auth:export` write plain base64, the Admin SDK's `listUsers` the URL-safe form. */
function decodeEither(text: string) {
  for (const encoding of [base64, urlSafeBase64]) {
    const bytes = encoding.decode(text);
    if (bytes) return { encoding, bytes };
  }
  return undefined;
}

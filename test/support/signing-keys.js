import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';

/** For `signingKeys()`: a pool needs two, and generating them would take most of its time. */
export async function provideSigningKeys() {
  const newKey = async () => {
    const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
    return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  };
  process.env.USHER_TEST_SIGNING_KEYS = JSON.stringify(await Promise.all([newKey(), newKey()]));
}

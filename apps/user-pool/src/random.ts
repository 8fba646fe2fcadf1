import { createHash, randomBytes } from 'node:crypto';

/** The source of ids, codes and secrets: the system, or a seed for repeatable runs. */
export interface Random {
  bytes(count: number): Buffer;
}

const blockSize = 4096;
let block: Buffer = Buffer.alloc(0);

/** Reads from the system in blocks, because a call takes longer than the creation of an imported user. */
export const systemRandom: Random = {
  bytes(count) {
    if (count > blockSize) return randomBytes(count);
    if (count > block.length) block = randomBytes(blockSize);
    const bytes = Buffer.from(block.subarray(0, count));
    block = block.subarray(count);
    return bytes;
  },
};

/** The same seed produces the same ids and codes. Signing keys are never derived from it. */
export function seededRandom(seed: string): Random {
  let counter = 0;
  const block = () => createHash('sha256').update(`${seed}\n${counter++}`).digest();
  return {
    bytes(count) {
      const blocks: Buffer[] = [];
      for (let length = 0; length < count; length += 32) blocks.push(block());
      return Buffer.concat(blocks).subarray(0, count);
    },
  };
}

export function randomUuid(random: Random): string {
  const bytes = random.bytes(16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Six digits, as Cognito's confirmation codes have. */
export function randomCode(random: Random): string {
  return String(random.bytes(6).readUIntBE(0, 6) % 1_000_000).padStart(6, '0');
}

export function randomText(random: Random, length: number, alphabet: string): string {
  // The modulo bias does not matter for ids and temporary passwords.
  return Array.from(random.bytes(length), (byte) => alphabet[byte % alphabet.length]).join('');
}

export const lowerCaseAndDigits = 'abcdefghijklmnopqrstuvwxyz0123456789';
export const lettersAndDigits = `ABCDEFGHIJKLMNOPQRSTUVWXYZ${lowerCaseAndDigits}`;

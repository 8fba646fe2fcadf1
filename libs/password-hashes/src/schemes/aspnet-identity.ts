import { base64 } from '../encodings.js';
import type { Scheme } from '../scheme.js';
import { binary, pbkdf2, type Pbkdf2Hash } from './pbkdf2.js';

/** Version 2 (ASP.NET Identity 1 and 2): a zero byte, 16 bytes of salt, 32 of digest; SHA-1 and 1,000 iterations. */
export const aspnetIdentityV2Scheme: Scheme = {
  parse(stored) {
    const bytes = stored.length === 68 ? base64.decode(stored) : undefined;
    if (bytes?.length !== 49 || bytes[0] !== 0) return undefined;
    return pbkdf2(binary('sha1', 1_000, bytes.subarray(1, 17), bytes.subarray(17)));
  },
};

/** The byte 1 and the first three bytes of the function's number, in base64, with the leading bits of the fourth. */
const v3Marker = 'AQAAAA';

/** Values of KeyDerivationPrf. */
const pseudoRandomFunctions: readonly Pbkdf2Hash[] = ['sha1', 'sha256', 'sha512'];

/**
 * Version 3 (ASP.NET Core Identity): the byte 1, then three big-endian words (function, iterations, bytes of salt), the
 * salt and the digest (PasswordHasher.cs of dotnet/aspnetcore, which also refuses less than 16 bytes of either).
 */
export const aspnetIdentityV3Scheme: Scheme = {
  parse(stored) {
    if (!stored.startsWith(v3Marker)) return undefined;
    const bytes = base64.decode(stored);
    if (!bytes || bytes.length < 13 + 16 + 16 || bytes.length > 512) return 'impossible';
    const hash = pseudoRandomFunctions[bytes.readUInt32BE(1)];
    const saltEnd = 13 + bytes.readUInt32BE(9);
    if (!hash || saltEnd < 13 + 16 || saltEnd + 16 > bytes.length) return 'impossible';
    return pbkdf2(binary(hash, bytes.readUInt32BE(5), bytes.subarray(13, saltEnd), bytes.subarray(saltEnd)));
  },
};

import { comparing } from '../compare.js';
import { cryptAlphabet, cryptBase64, isCryptDigest } from '../encodings.js';
import { yescryptKey } from '../primitives/yescrypt-kdf.js';
import type { Scheme } from '../scheme.js';

const prefix = '$y$';

/** The only flavour that crypt(3) writes: "j", read-write mode with the default flags. */
const usualFlavour = 'j';

/** Memory in bytes times passes. Debian's default of 16 MiB takes 0.2 to 0.4 s of CPU time; the limit is four times that. */
const mostWork = 64 * 1024 * 1024;

const form = /^([./A-Za-z0-9]+)\$([./A-Za-z0-9]{0,86})\$([./A-Za-z0-9]{43})$/;

/** yescrypt as crypt(3) writes it (openwall.com/yescrypt; crypt(5)): Debian, Ubuntu and Fedora since 2020. */
export const yescryptScheme: Scheme = {
  parse(stored) {
    if (!stored.startsWith(prefix)) return undefined;
    const [, settings = '', saltText = '', digest = ''] = form.exec(stored.slice(prefix.length)) ?? [];
    const cost = readCost(settings);
    const salt = cryptBase64.decode(saltText);
    if (!cost || !salt || !isCryptDigest(digest, 32)) return 'impossible';
    if (128 * cost.N * cost.r * (1 + cost.t) > mostWork || cost.p > 64) return 'too_costly';
    return comparing({
      digest,
      digestOf: (password) => cryptBase64.encode(yescryptKey(password, salt, cost)),
      cost: settings,
      outdated: false,
    });
  },
};

/** log2 N and r, followed by flags for p and t if these are not 1 and 0. */
function readCost(settings: string) {
  if (!settings.startsWith(usualFlavour)) return undefined;
  const numbers = readNumbers(settings.slice(1));
  const [log2N = NaN, r = NaN, have = 0] = numbers.slice(0, 3).map((number) => number + 1);
  if (!(log2N >= 1 && log2N < 32 && r >= 1) || have > 3) return undefined;
  const optional = numbers.slice(3);
  const p = have & 1 ? (optional.shift() ?? NaN) + 2 : 1;
  const t = have & 2 ? (optional.shift() ?? NaN) + 1 : 0;
  const cost = { N: 2 ** log2N, r, p, t };
  return optional.length === 0 && p + t > 0 && cost.N / p >= 4 ? cost : undefined;
}

/** yescrypt's variable-length numbers: the first digit determines the number of digits. */
function readNumbers(text: string): number[] {
  const numbers: number[] = [];
  for (let at = 0; at < text.length;) {
    const first = cryptAlphabet.indexOf(text.charAt(at));
    let [start, end, digits] = [0, 47, 1];
    let number = 0;
    while (first > end) {
      number += (end + 1 - start) * 64 ** (digits - 1);
      start = end + 1;
      end = start + Math.floor((62 - end) / 2);
      digits += 1;
    }
    number += (first - start) * 64 ** (digits - 1);
    for (let left = digits - 2; left >= 0; left -= 1) {
      number += cryptAlphabet.indexOf(text.charAt(at + digits - 1 - left)) * 64 ** left;
    }
    if (at + digits > text.length) return [];
    numbers.push(number);
    at += digits;
  }
  return numbers;
}

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Clock } from '../clock/clock.js';
import { minimalEnvironment } from '../../../test/support/builders/environment.js';
import { loadConfig } from '../config/config.js';
import { KeyRing } from './key-ring.js';
import { SealedBox } from './sealed-box.js';

class MovableClock extends Clock {
  time = Date.UTC(2026, 0, 1);
  override now() {
    return new Date(this.time);
  }
}

const clock = new MovableClock();
const sealWith = (...secrets: string[]) =>
  new SealedBox(
    new KeyRing(loadConfig({ ...minimalEnvironment, SESSION_SECRETS: secrets.join() }).secrets),
    clock,
  );
const sealedBox = sealWith('a secret of some length');

describe('SealedBox', () => {
  it('unseals what it sealed', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json: unknown = JSON.parse(JSON.stringify(value));
        expect(sealedBox.unseal('reset-cookie', sealedBox.seal('reset-cookie', json, 60))).toEqual(json);
      }),
    );
  });

  it('does not unseal for another purpose', () => {
    expect(sealedBox.unseal('challenge-session', sealedBox.seal('reset-cookie', 'a', 60))).toBeUndefined();
  });

  it('does not unseal expired values', () => {
    const sealed = sealedBox.seal('reset-cookie', 'a', 60);
    clock.time += 59_999;
    expect(sealedBox.unseal('reset-cookie', sealed)).toBe('a');
    clock.time += 1;
    expect(sealedBox.unseal('reset-cookie', sealed)).toBeUndefined();
  });

  it('unseals values without expiry at any time', () => {
    const sealed = sealedBox.seal('session-tokens', 'a');
    clock.time += 1e12;
    expect(sealedBox.unseal('session-tokens', sealed)).toBe('a');
  });

  it('unseals with older secrets, and not with unknown ones', () => {
    const sealed = sealedBox.seal('reset-cookie', 'a', 60);
    expect(sealWith('another newer secret', 'a secret of some length').unseal('reset-cookie', sealed)).toBe(
      'a',
    );
    expect(sealWith('another newer secret').unseal('reset-cookie', sealed)).toBeUndefined();
  });

  it('does not unseal modified values, and never throws', () => {
    const sealed = sealedBox.seal('reset-cookie', 'a', 60);
    const bytes = Buffer.from(sealed, 'base64url');
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ flip;
        expect(sealedBox.unseal('reset-cookie', changed.toString('base64url'))).toBeUndefined();
      }),
    );
    fc.assert(
      fc.property(fc.string(), (garbage) =>
        expect(sealedBox.unseal('reset-cookie', garbage)).toBeUndefined(),
      ),
    );
  });
});

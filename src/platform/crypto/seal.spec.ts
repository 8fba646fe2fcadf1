import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Clock } from '../clock/clock.js';
import { minimalEnvironment } from '../../../test/support/environment.js';
import { loadConfig } from '../config/config.js';
import { Keys } from './keys.js';
import { Seal } from './seal.js';

class MovableClock extends Clock {
  time = Date.UTC(2026, 0, 1);
  override now() {
    return new Date(this.time);
  }
}

const clock = new MovableClock();
const sealWith = (...secrets: string[]) =>
  new Seal(new Keys(loadConfig({ ...minimalEnvironment, SESSION_SECRETS: secrets.join() })), clock);
const seal = sealWith('a secret of some length');

describe('Seal', () => {
  it('opens what it closed', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json: unknown = JSON.parse(JSON.stringify(value));
        expect(seal.open('reset-cookie', seal.close('reset-cookie', json, 60))).toEqual(json);
      }),
    );
  });

  it('does not open what was made for something else', () => {
    expect(seal.open('challenge-session', seal.close('reset-cookie', 'a', 60))).toBeUndefined();
  });

  it('does not open what is too old', () => {
    const sealed = seal.close('reset-cookie', 'a', 60);
    clock.time += 59_999;
    expect(seal.open('reset-cookie', sealed)).toBe('a');
    clock.time += 1;
    expect(seal.open('reset-cookie', sealed)).toBeUndefined();
  });

  it('opens what was closed for good, whatever the time', () => {
    const sealed = seal.close('session-tokens', 'a');
    clock.time += 1e12;
    expect(seal.open('session-tokens', sealed)).toBe('a');
  });

  it('opens what an older secret closed, and nothing of a stranger', () => {
    const sealed = seal.close('reset-cookie', 'a', 60);
    expect(sealWith('another newer secret', 'a secret of some length').open('reset-cookie', sealed)).toBe(
      'a',
    );
    expect(sealWith('another newer secret').open('reset-cookie', sealed)).toBeUndefined();
  });

  it('does not open what was changed, and never throws', () => {
    const sealed = seal.close('reset-cookie', 'a', 60);
    const bytes = Buffer.from(sealed, 'base64url');
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ flip;
        expect(seal.open('reset-cookie', changed.toString('base64url'))).toBeUndefined();
      }),
    );
    fc.assert(
      fc.property(fc.string(), (garbage) => expect(seal.open('reset-cookie', garbage)).toBeUndefined()),
    );
  });
});

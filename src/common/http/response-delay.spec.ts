import { expect, it, jest } from '@jest/globals';
import { HttpAdapterHost } from '@nestjs/core';
import { minimalEnvironment } from '../../../test/support/builders/environment.js';
import { Clock } from '../clock/clock.js';
import { loadConfig } from '../config/config.js';
import { ResponseDelay } from './response-delay.js';

/** The delay of a refusal that was ready after `elapsedMs`. */
async function delayOf(elapsedMs: number, refusalTimeMs: number): Promise<number> {
  const clock = new Clock();
  const sleep = jest.spyOn(clock, 'sleep').mockResolvedValue();
  const { limits } = loadConfig({ ...minimalEnvironment, REFUSAL_TIME_MS: String(refusalTimeMs) });
  await new ResponseDelay(limits, clock, new HttpAdapterHost()).wait(elapsedMs);
  return sleep.mock.calls[0]?.[0] ?? 0;
}

it.each([
  [0, 1500],
  [1, 1499],
  [1499, 1],
  [1500, 0],
  [1501, 1499],
  [2900, 100],
  [4000, 500],
])('delays a refusal that is ready after %i ms by %i ms', async (elapsed, delay) => {
  expect(await delayOf(elapsed, 1500)).toBe(delay);
});

it('delays nothing if the time is 0', async () => {
  expect(await delayOf(20, 0)).toBe(0);
});

import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { SingleFlight } from './single-flight.js';

let runs: { resolve: (value: string) => void; reject: (error: Error) => void }[];
const work = () => new Promise<string>((resolve, reject) => runs.push({ resolve, reject }));
beforeEach(() => void (runs = []));
afterEach(() => void jest.useRealTimers());

describe('SingleFlight', () => {
  it('shares one run among concurrent calls', async () => {
    const flight = new SingleFlight<string>();
    const calls = [flight.run(work), flight.run(work)];
    expect(runs).toHaveLength(1);
    runs[0]?.resolve('first');
    expect(await Promise.all(calls)).toEqual(['first', 'first']);
    void flight.run(work);
    expect(runs).toHaveLength(2);
  });

  it('shares an error, and runs again after it', async () => {
    const flight = new SingleFlight<string>(Infinity);
    const calls = [flight.run(work), flight.run(work)];
    runs[0]?.reject(new Error('failed'));
    for (const { status } of await Promise.allSettled(calls)) expect(status).toBe('rejected');
    void flight.run(work);
    expect(runs).toHaveLength(2);
  });

  it('runs once for each key', () => {
    const flight = new SingleFlight<string>();
    for (const key of ['a', 'b', 'a']) void flight.run(work, key);
    expect(runs).toHaveLength(2);
  });

  it('keeps a result for the given time', async () => {
    jest.useFakeTimers();
    const flight = new SingleFlight<string>(1000);
    const first = flight.run(work);
    runs[0]?.resolve('kept');
    await first;
    jest.advanceTimersByTime(999);
    expect(await flight.run(work)).toBe('kept');
    jest.advanceTimersByTime(1);
    void flight.run(work);
    expect(runs).toHaveLength(2);
  });

  it('keeps a result for ever', async () => {
    jest.useFakeTimers();
    const flight = new SingleFlight<string>(Infinity);
    const first = flight.run(work);
    runs[0]?.resolve('kept');
    await first;
    jest.advanceTimersByTime(1e9);
    expect(await flight.run(work)).toBe('kept');
  });

  it('settles when all runs have succeeded or failed', async () => {
    const flight = new SingleFlight<string>();
    const calls = Promise.allSettled([flight.run(work, 'a'), flight.run(work, 'b')]);
    let isSettled = false;
    const settled = flight.settled().then(() => (isSettled = true));
    runs[0]?.reject(new Error('failed'));
    await Promise.resolve();
    expect(isSettled).toBe(false);
    runs[1]?.resolve('done');
    await Promise.all([settled, calls]);
    await new SingleFlight().settled();
  });
});

import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { whenAskedToEnd } from './ending.js';
import { Log } from './platform/logging/log.js';

// Of this process, which must neither hear the signals nor end.
const handlers = new Map<string | symbol, (signal: string) => void>();
const exit = jest.spyOn(process, 'exit');
const on = jest.spyOn(process, 'on');
const log = new Log();
jest.spyOn(log, 'info').mockReturnValue(undefined);
jest.spyOn(log, 'warn').mockReturnValue(undefined);

beforeEach(() => {
  jest.useFakeTimers();
  exit.mockReset().mockReturnValue(undefined as never);
  on.mockImplementation((name, handler) => {
    handlers.set(name, handler as (signal: string) => void);
    return process;
  });
});
afterEach(() => void jest.useRealTimers());

const send = (signal: string) => handlers.get(signal)?.(signal);

describe('a process that is asked to end', () => {
  it('has its time, and no more', async () => {
    const asked = whenAskedToEnd(log);
    send('SIGTERM');
    await asked;
    jest.advanceTimersByTime(24_000);
    expect(exit).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1000);
    expect(exit).toHaveBeenCalledWith(1);
  });

  it('takes two signals of one Ctrl-C for one, and a later one for impatience', async () => {
    const asked = whenAskedToEnd(log);
    send('SIGINT');
    send('SIGINT');
    await asked;
    expect(exit).not.toHaveBeenCalled();
    jest.advanceTimersByTime(501);
    send('SIGINT');
    expect(exit).toHaveBeenCalledWith(130);
  });
});

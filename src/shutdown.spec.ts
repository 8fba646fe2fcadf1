import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { untilShutdownSignal } from './shutdown.js';
import { Log } from './common/logging/log.js';

// The test process must neither receive the signals nor exit.
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

describe('untilShutdownSignal', () => {
  it('exits with status 1 after 25 seconds', async () => {
    const signal = untilShutdownSignal(log);
    send('SIGTERM');
    await signal;
    jest.advanceTimersByTime(24_000);
    expect(exit).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1000);
    expect(exit).toHaveBeenCalledWith(1);
  });

  it('ignores the second signal of one Ctrl-C and exits at a later one', async () => {
    const signal = untilShutdownSignal(log);
    send('SIGINT');
    send('SIGINT');
    await signal;
    expect(exit).not.toHaveBeenCalled();
    jest.advanceTimersByTime(501);
    send('SIGINT');
    expect(exit).toHaveBeenCalledWith(130);
  });
});

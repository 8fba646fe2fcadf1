import { describe, expect, it } from '@jest/globals';
import { AppError } from '../common/errors/app-error.js';
import { Log } from '../common/logging/log.js';
import { captureLog } from '../../test/support/drivers/output.js';
import { failureReason } from './queue-worker.js';
import { type QueueJob, QueueWorker } from './queue-worker.js';

interface Item {
  id: number;
  tries: number;
}

function jobWith(change: Partial<QueueJob<Item>>) {
  const reasons: string[] = [];
  const job: QueueJob<Item> = {
    pollMs: 60_000,
    take: () => Promise.resolve([]),
    takeFailed: 'failed to read',
    work: () => Promise.resolve(),
    failure: ({ id }, isPersistent) => ({ message: isPersistent ? 'keeps failing' : 'failed', id }),
    recordError: async (_item, reason) => void reasons.push(reason),
    ...change,
  };
  return { job, reasons };
}

/** Runs rounds until nothing is due. @returns the log */
async function run(job: QueueJob<Item>) {
  const output = captureLog();
  try {
    const worker = new QueueWorker(job, new Log());
    worker.start();
    await worker.stop();
    return output.lines().map((line) => JSON.parse(line) as Record<string, unknown>);
  } finally {
    output.restore();
  }
}

const twice = (items: Item[]) => {
  const left = [items];
  return () => Promise.resolve(left.shift() ?? []);
};

describe('QueueWorker', () => {
  it('logs a failed attempt, from the fifth on at level error, and records its reason', async () => {
    const items = [
      { id: 1, tries: 4 },
      { id: 2, tries: 5 },
    ];
    const work = () => Promise.reject(new AppError('overloaded'));
    const { job, reasons } = jobWith({ batchSize: 2, take: twice(items), work });
    const log = await run(job);
    expect(log).toMatchObject([
      { level: 'warn', msg: 'failed', id: 1, tries: 4, error: { name: 'AppError' } },
      { level: 'error', msg: 'keeps failing', id: 2, tries: 5 },
    ]);
    expect(reasons).toEqual(['overloaded', 'overloaded']);
  });

  it('goes on when neither items can be read nor reasons be recorded', async () => {
    const unreadable = jobWith({ take: () => Promise.reject(new Error('no database')) });
    expect(await run(unreadable.job)).toMatchObject([{ level: 'warn', msg: 'failed to read' }]);
    const { job } = jobWith({
      take: twice([{ id: 1, tries: 1 }]),
      work: () => Promise.reject(new Error('failed')),
      recordError: () => Promise.reject(new Error('no database')),
    });
    expect(await run(job)).toMatchObject([{ level: 'warn', msg: 'failed', id: 1 }]);
  });
});

describe('failureReason', () => {
  it('has codes and names, and no messages', () => {
    const cause = Object.assign(new Error('canary@example.com'), { name: 'TooManyRequestsException' });
    expect(failureReason(new AppError('cognito.unavailable', { cause }))).toBe(
      'cognito.unavailable: TooManyRequestsException',
    );
    expect(failureReason(new TypeError('canary'))).toBe('TypeError');
    expect(failureReason('canary')).toBe('unknown');
  });
});

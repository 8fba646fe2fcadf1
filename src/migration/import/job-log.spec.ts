import { describe, expect, it } from '@jest/globals';
import { JobLog, JobLogError } from './job-log.js';

function read(rows: number, ...entries: string[]) {
  const log = new JobLog(rows);
  for (const entry of entries) log.add(entry);
  return { lines: log.lines, ...log.result() };
}

describe('the log of a job', () => {
  it.each([0, 1, 2])('counts lines from its smallest number, %i', (base) => {
    const log = read(
      3,
      `[SUCCEEDED] Line Number ${base} - The import succeeded.`,
      `[FAILED] Line Number ${base + 1} - Of a hash - with a hyphen.`,
      `[SKIPPED] Line Number ${base + 2} - The user already exists.`,
    );
    expect(log).toEqual({
      lines: 3,
      rejected: [
        { line: 2, result: 'FAILED', text: 'Of a hash - with a hyphen.' },
        { line: 3, result: 'SKIPPED', text: 'The user already exists.' },
      ],
      missing: [],
    });
  });

  it('has lines in any order, repeated, and between other messages', () => {
    const entries = [
      'The job began.',
      '[SKIPPED] Line Number 3 - x',
      '[SUCCEEDED] Line Number 2',
      '[SKIPPED] Line Number 3 - x',
    ];
    expect(read(2, ...entries)).toEqual({
      ...{ lines: 2, missing: [], rejected: [{ line: 2, result: 'SKIPPED', text: 'x' }] },
    });
  });

  it('tells which lines are missing', () => {
    expect(read(4, '[SUCCEEDED] Line Number 2 - x', '[SUCCEEDED] Line Number 4 - x').missing).toEqual([2, 4]);
    expect(read(2)).toEqual({ lines: 0, rejected: [], missing: [1, 2] });
  });

  it('is refused if its numbers do not fit the file', () => {
    expect(() => read(5, '[FAILED] Line Number 3 - x')).toThrow(JobLogError);
    expect(() => read(2, '[FAILED] Line Number 1 - x', '[FAILED] Line Number 3 - x')).toThrow(JobLogError);
  });
});

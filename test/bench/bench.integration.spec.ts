import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

interface Comparison {
  value: number;
  control: number;
  isValid: boolean;
}
interface Result extends Partial<Comparison> {
  goal: string;
  isMet: boolean;
  isValid: boolean;
}
interface Measuring {
  pairedRuns: (runs: {
    limit: () => number;
    ours: () => number;
    rounds: number;
    say: () => void;
  }) => Promise<object[]>;
  compare: (samples: object[]) => Comparison;
  untilValid: (measure: () => Promise<Result[]>, say: (line: string) => void) => Promise<Result[]>;
}
interface Reporting {
  statusOf: (results: Pick<Result, 'isMet' | 'isValid'>[]) => number;
}

const load = async <Module>(file: string) => (await import(join(import.meta.dirname, file))) as Module;
const { pairedRuns, compare, untilValid } = await load<Measuring>('measure/paired-runs.js');
const { statusOf } = await load<Reporting>('report.js');

const quiet = () => undefined;

describe('a comparison', () => {
  it('alternates the runs and returns the median of the rounds', async () => {
    const order: string[] = [];
    const speeds = [100, 100, 100, 100, 1000, 1000];
    const samples = await pairedRuns({
      limit: () => {
        order.push('limit');
        return speeds[order.filter((name) => name === 'limit').length - 1] ?? 0;
      },
      ours: () => order.push('ours') && 50,
      rounds: 3,
      say: quiet,
    });
    expect(order.slice(0, 4)).toEqual(['limit', 'ours', 'ours', 'limit']);
    expect(compare(samples)).toMatchObject({ value: 0.5, control: 1, isValid: true });
  });

  it.each([
    [100, 104, true],
    [100, 110, false],
    [110, 100, false],
  ])('with a limit that drifts from %d to %d has isValid %s', (first, last, isValid) => {
    expect(compare([{ first, ours: [50, 50], last }]).isValid).toBe(isValid);
  });

  it('repeats only void measurements, at most three times', async () => {
    const say: string[] = [];
    let runs = 0;
    const measure = async () => {
      runs += 1;
      return [
        { goal: 'one', isValid: runs === 1, isMet: runs === 1, value: 1, control: 1.2 },
        { goal: 'two', isValid: runs === 2, isMet: true, value: 1, control: 1.2 },
      ];
    };
    const results = await untilValid(measure, (line) => say.push(line));
    expect(runs).toBe(2);
    expect(results.map(({ isMet }) => isMet)).toEqual([true, true]);
    expect(say.filter((line) => line.includes('void'))).toEqual(['  void: two, control ratio 1.200']);
    runs = 10;
    expect((await untilValid(measure, quiet)).some(({ isValid }) => isValid)).toBe(false);
    expect(runs).toBe(13);
  });
});

describe('the exit status', () => {
  const [met, missed] = [true, false].map((isMet) => ({ isMet, isValid: true }));
  const unknown = { isMet: false, isValid: false };
  it.each([
    [0, [met, met]],
    [1, [met, missed]],
    [1, [missed, unknown]],
    [3, [met, unknown]],
  ])('is %d for the results %#', (status, results) => expect(statusOf(results as Result[])).toBe(status));
});

describe('npm run bench', () => {
  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, [join(import.meta.dirname, 'main.js'), ...args]);

  it('lists all areas with --help', async () => {
    const { stdout } = await run('--help');
    for (const area of ['passwords', 'users-me', 'sign-in', 'lambda', 'user-pool'])
      expect(stdout).toContain(`  ${area} `);
  });

  it.each([[['--only', 'nothing']], [['--rounds', '3']], [['--quick']]])('refuses %j', async (args) => {
    await expect(run(...args)).rejects.toMatchObject({ code: 2 });
  });
});

/** What the log of an import job says of a line. */
export type LineResult = 'SUCCEEDED' | 'SKIPPED' | 'FAILED';

/** A line that was not imported. */
export interface Rejected {
  /** Of the file, from 1, without the header. */
  line: number;
  result: 'SKIPPED' | 'FAILED';
  text: string;
}

const message = /^\s*\[(SUCCEEDED|SKIPPED|FAILED)\]\s*Line Number (\d+)\s*-?\s*(.*)$/s;

/** Characters of a reason that are kept. */
const longestText = 200;

/** The log numbers do not fit the file. */
export class JobLogError extends Error {}

/**
 * Collects the log of an import job ("Viewing the user pool import results"). AWS does not say whether line numbers count the header,
 * so the smallest number is that of the first user.
 */
export class JobLog {
  /** Of different lines. */
  lines = 0;
  private smallest = Infinity;
  private largest = -Infinity;
  private readonly seen: Uint8Array;
  private readonly rejects: { number: number; result: 'SKIPPED' | 'FAILED'; text: string }[] = [];
  /** The same text for many lines. */
  private readonly texts = new Map<string, string>();

  /** @param rows of the file, without the header */
  constructor(private readonly rows: number) {
    this.seen = new Uint8Array(rows + 3);
  }

  add(entry: string): void {
    const [, result, digits = '', text = ''] = message.exec(entry) ?? [];
    if (result === undefined) return;
    const number = Number(digits);
    if (this.seen[number] === 1) return;
    this.seen[number] = 1;
    this.lines += 1;
    this.smallest = Math.min(this.smallest, number);
    this.largest = Math.max(this.largest, number);
    if (result === 'SUCCEEDED') return;
    this.rejects.push({ number, result: result as 'SKIPPED' | 'FAILED', text: this.kept(text.trim()) });
  }

  /** @returns the lines that were not imported, and those that the log does not have @throws JobLogError */
  result(): { rejected: Rejected[]; missing: number[] } {
    const { smallest, largest, rows } = this;
    if (this.lines > 0 && (smallest > 2 || largest - smallest >= rows))
      throw new JobLogError(`The log has the lines ${smallest} to ${largest} of a file of ${rows} users.`);
    const missing: number[] = [];
    for (let line = 1; line <= rows; line += 1) if (this.seen[smallest + line - 1] !== 1) missing.push(line);
    return {
      rejected: this.rejects.map(({ number, ...reject }) => ({ line: number - smallest + 1, ...reject })),
      missing,
    };
  }

  private kept(text: string): string {
    const short = text.slice(0, longestText);
    const known = this.texts.get(short);
    if (known === undefined && this.texts.size < 10_000) this.texts.set(short, short);
    return known ?? short;
  }
}

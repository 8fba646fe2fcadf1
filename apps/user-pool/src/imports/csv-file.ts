import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';

/** Limits of a file. (Developer guide, Formatting the CSV file) */
export const largestFile = 100_000_000;
const mostRows = 500_000;
const longestRow = 16_000;

/** The longest row in UTF-8, and its line end. */
const longestRowBytes = 4 * longestRow + 2;
const blockSize = 256 * 1024;
const newline = 0x0a;

/** The job fails: Cognito is unable to parse the file. */
export class UnreadableFile extends Error {}

export interface Line {
  text: string;
  /** The position of the next line in the file. */
  end: number;
}

/**
 * Reads the whole lines of each block. A line has no line end.
 * @param from the position of a line
 * @throws UnreadableFile if a line is too long or not UTF-8
 */
export async function* readLines(file: string, from = 0): AsyncIterable<Line[]> {
  let rest: Buffer = Buffer.alloc(0);
  let position = from;
  for await (const block of createReadStream(file, { start: from, highWaterMark: blockSize })) {
    const content = Buffer.concat([rest, block as Buffer]);
    const last = content.lastIndexOf(newline) + 1;
    const lines = linesOf(content.subarray(0, last), position);
    position += last;
    rest = content.subarray(last);
    if (rest.length > longestRowBytes) throw tooLong();
    if (lines.length > 0) yield lines;
  }
  // The last line may have no line end.
  if (rest.length > 0) yield linesOf(Buffer.concat([rest, Buffer.of(newline)]), position);
}

function linesOf(content: Buffer, position: number): Line[] {
  if (!isUtf8(content)) throw new UnreadableFile('The CSV file is not in UTF-8.');
  const lines: Line[] = [];
  let start = 0;
  for (let end = content.indexOf(newline); end >= 0; end = content.indexOf(newline, start)) {
    const text = content.toString('utf8', start, end).replace(/\r$/, '');
    if (text.length > longestRow && [...text].length > longestRow) throw tooLong();
    start = end + 1;
    lines.push({ text, end: position + start });
  }
  return lines;
}

const tooLong = () =>
  new UnreadableFile(`A row of the CSV file is longer than ${longestRow.toLocaleString('en')} characters.`);

/** Quotation marks have no meaning; a backslash before a comma makes it a part of the value. */
export const splitRow = (text: string): string[] => {
  const cells = text.includes('\\,')
    ? text.split(/(?<!\\),/).map((cell) => cell.replaceAll('\\,', ','))
    : text.split(',');
  return cells.map((cell) => cell.trim());
};

/**
 * Reads the whole file once, so that an invalid file imports no users.
 * @returns the columns in the order of the file
 */
export async function checkFile(
  file: string,
  { columns, optional }: { columns: string[]; optional: string[] },
): Promise<string[]> {
  let header: string[] | undefined;
  let rows = 0;
  for await (const lines of readLines(file)) {
    const fresh = header === undefined ? lines.slice(1) : lines;
    header ??= checkHeader(lines[0]?.text ?? '', columns, optional);
    rows += fresh.filter(({ text }) => text.trim() !== '').length;
    if (rows > mostRows)
      throw new UnreadableFile(`The CSV file has more than ${mostRows.toLocaleString('en')} rows.`);
  }
  if (header === undefined) throw new UnreadableFile('The CSV file is empty.');
  return header;
}

function checkHeader(text: string, columns: string[], optional: string[]): string[] {
  if (text.startsWith('\ufeff')) throw new UnreadableFile('The CSV file has a byte order mark.');
  const header = splitRow(text);
  const missing = columns.find((column) => !header.includes(column));
  if (missing !== undefined) throw new UnreadableFile(`The header of the CSV file has no column ${missing}.`);
  const isKnown = (column: string) => columns.includes(column) || optional.includes(column);
  const odd = header.findIndex((column, at) => !isKnown(column) || header.indexOf(column) !== at);
  if (odd >= 0) throw new UnreadableFile(`Column ${odd + 1} of the CSV file is unknown or a duplicate.`);
  return header;
}

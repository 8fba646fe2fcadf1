import type { Usher } from './usher.js';

/** Sends sequentially, so that each request is counted before the next one. */
export async function statuses(
  count: number,
  send: (n: number) => Promise<{ status: number }>,
): Promise<number[]> {
  const seen: number[] = [];
  for (let n = 0; n < count; n += 1) seen.push((await send(n)).status);
  return seen;
}

/** This number of responses with the same status. */
export const times = (count: number, status: number) => Array<number>(count).fill(status);

/** The points of all keys of a counter, such as `sign-in/account/60`. */
export async function pointsOf({ database }: Usher, counter: string): Promise<number> {
  const [row] = await database.sql<{ points: number }>(
    // A refund of an earlier test may arrive after its row was deleted, and then leaves a row of -1.
    `SELECT coalesce(sum(points) FILTER (WHERE points > 0), 0)::int AS points FROM usher.rate_limits WHERE key LIKE $1`,
    [`${counter}:%`],
  );
  return row?.points ?? 0;
}

export const setPoints = ({ database }: Usher, counter: string, value: number) =>
  database.sql('UPDATE usher.rate_limits SET points = $2 WHERE key LIKE $1', [`${counter}:%`, value]);

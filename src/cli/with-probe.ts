import { randomBytes } from 'node:crypto';
import type { Challenge } from '../acme/challenge.js';
import { Publishing } from '../acme/publishing.js';
import type { Io } from './command.js';
import { withDatabase } from './with-database.js';

/** Runs `work` while all running processes answer a challenge that no CA has asked for. */
export function withProbe<Result>(io: Io, work: (probe: Challenge) => Promise<Result>): Promise<Result> {
  const random = () => randomBytes(32).toString('base64url');
  const token = random();
  const probe = { token, keyAuthorization: `${token}.${random()}` };
  return withDatabase(io, async (database) => {
    const publishing = new Publishing(database);
    await publishing.publish(probe);
    try {
      return await work(probe);
    } finally {
      await publishing.withdraw(token);
    }
  });
}

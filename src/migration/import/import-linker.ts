import { Injectable } from '@nestjs/common';
import { PoolSettingsReader } from '../../cognito/pool-settings.reader.js';
import { type PoolUser, UserDirectory } from '../../cognito/user-directory.js';
import { isAppError } from '../../common/errors/app-error.js';
import { Imports } from '../persistence/imports.repository.js';

/** Pool users that one statement links. */
const batchSize = 1000;

/** Requests per second, if Cognito does not tell the quota ("Quotas in Amazon Cognito", UserList). */
const usualLimit = 30;

/** Requests for one user that cost as much as a page of `ListUsers`, whose quota is lower. */
const findsPerPage = 4;
const usersPerPage = 60;

/**
 * Reads the `sub` of imported users from the pool, and links their rows. Reads the whole pool if that takes fewer requests. Links every
 * user once, whenever it is interrupted.
 */
@Injectable()
export class ImportLinker {
  constructor(
    private readonly directory: UserDirectory,
    private readonly imports: Imports,
    private readonly settings: PoolSettingsReader,
  ) {}

  async link(onProgress: (text: string) => void, signal: AbortSignal): Promise<void> {
    const { directory, imports, settings } = this;
    const unlinked = await imports.countUnlinked();
    if (unlinked === 0) return;
    await imports.analyse();
    const { EstimatedNumberOfUsers: inPool = 0 } = await settings.describePool();
    let [read, linked] = [0, 0];
    const link = async (users: PoolUser[]) => {
      signal.throwIfAborted();
      linked += await imports.link(users, directory.userPoolId);
      onProgress(`linked ${linked} of ${unlinked} imported users, read ${(read += users.length)} pool users`);
    };
    const isListed = unlinked > Math.max((findsPerPage * inPool) / usersPerPage, 1);
    if (isListed) {
      let users: PoolUser[] = [];
      for await (const page of directory.list({ pagesPerSecond: (await listLimit(settings)) / 3 })) {
        users.push(...page);
        if (users.length < batchSize) continue;
        await link(users);
        users = [];
      }
      await link(users);
    }
    // A listing may lack users who were created within the last minutes.
    const left = await imports.findUnlinked(isListed ? batchSize : unlinked);
    for (const email of left) {
      const user = await directory.find(email);
      if (user) await link([user]);
    }
    if (!isListed || left.length < batchSize) await imports.giveUpUnlinked();
  }
}

/** The quota is shared by all applications of the account. */
async function listLimit(settings: PoolSettingsReader): Promise<number> {
  try {
    return (await settings.limitOf('UserList')) ?? usualLimit;
  } catch (error) {
    // The credentials may not read the quota.
    if (!isAppError(error, 'internal')) throw error;
    return usualLimit;
  }
}

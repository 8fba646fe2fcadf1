import type { PoolUser, UserDirectory } from '../cognito/user-directory.js';
import { isAppError } from '../platform/errors/app-error.js';

/** Without AWS credentials nobody is found, and Cognito does what it can by itself. */
export async function findIfAllowed(
  directory: UserDirectory,
  username: string,
): Promise<PoolUser | undefined> {
  try {
    return await directory.find(username);
  } catch (error) {
    if (isAppError(error, 'cognito.credentials_missing')) return undefined;
    throw error;
  }
}

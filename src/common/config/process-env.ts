import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

/** Returns the variables of the process, and for those that are not set the values of the file `.env`. */
export function processVariables(): Record<string, string | undefined> {
  const file = existsSync('.env') ? parseEnv(readFileSync('.env', 'utf8')) : {};
  return { ...file, ...process.env };
}

/** For libraries that read the environment themselves, such as the AWS SDK. */
export function setVariables(variables: Readonly<Record<string, string>>, unset: readonly string[]): void {
  Object.assign(process.env, variables);
  for (const name of unset) delete process.env[name];
}

/** Environment variables that child processes may get. The others can hold secrets. */
const inheritable = /^(PATH|HOME|USER|LANG|LC_[A-Z]+|TZ)$/;

/** The environment of child processes, without secrets. */
export const childEnv = (): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => inheritable.test(name)));

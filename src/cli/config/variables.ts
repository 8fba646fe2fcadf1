import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { ConfigurationError } from '../../platform/config/config.js';
import { Environment } from '../../platform/config/environment.js';

export type Variables = Record<string, string | undefined>;

/** The process environment, and what a `.env` file adds to it, as the API reads them. */
export function processVariables(): Variables {
  const file = existsSync('.env') ? parseEnv(readFileSync('.env', 'utf8')) : {};
  return { ...file, ...process.env };
}

/**
 * The variables a command uses, checked by the API's own rules. What it does not use may be missing or wrong.
 * @throws ConfigurationError
 */
export function requireVariables<Name extends keyof Environment>(
  variables: Variables,
  ...names: Name[]
): Pick<Environment, Name> {
  const given = Object.fromEntries(
    names.filter((name) => variables[name]).map((name) => [name, variables[name]]),
  );
  const environment = plainToInstance(Environment, given, { exposeDefaultValues: true });
  const problems = validateSync(environment)
    .filter(({ property }) => (names as string[]).includes(property))
    .map(({ property, value, constraints }) => {
      const reason = value === undefined ? 'is missing' : Object.values(constraints ?? {})[0];
      return `${property} ${reason}`;
    });
  if (problems.length > 0) throw new ConfigurationError(problems);
  return environment;
}

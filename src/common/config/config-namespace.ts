import { getConfigToken } from '@nestjs/config';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { ConfigurationError, StartError } from './configuration-error.js';

export { ConfigurationError, StartError };

export type Variables = Readonly<Record<string, string | undefined>>;

/** A part of the configuration that is validated when it is read. The API reads all, a command those that it uses. */
export interface ConfigNamespace<Config extends object> {
  /** The injection token, as of `registerAs` of @nestjs/config. */
  readonly KEY: string;
  /** @throws ConfigurationError with all problems of these variables */
  read(variables: Variables): Readonly<Config>;
}

/** What a namespace returns: `type HttpConfig = ConfigOf<typeof httpConfig>`. */
export type ConfigOf<Namespace extends ConfigNamespace<object>> = ReturnType<Namespace['read']>;

/**
 * @param environment the variables with their rules, decorated by class-validator; other variables are ignored
 * @param toConfig derives the typed configuration from valid variables
 * @param crossCheck finds problems that span several variables
 */
export function defineNamespace<Environment extends object, Config extends object>(
  name: string,
  environment: new () => Environment,
  toConfig: (environment: Environment) => Config,
  crossCheck: (environment: Environment) => string[] = () => [],
): ConfigNamespace<Config> {
  return {
    KEY: getConfigToken(name),
    read(variables) {
      const values = plainToInstance(environment, withoutEmpty(variables), { exposeDefaultValues: true });
      const problems = [...problemsOf(values), ...crossCheck(values)];
      if (problems.length > 0) throw new ConfigurationError(problems);
      return Object.freeze(toConfig(values));
    },
  };
}

/**
 * Reads several namespaces.
 * @throws ConfigurationError with the problems of all of them, each once
 */
export function readNamespaces<Namespaces extends Record<string, ConfigNamespace<object>>>(
  namespaces: Namespaces,
  variables: Variables,
): { readonly [Name in keyof Namespaces]: ConfigOf<Namespaces[Name]> } {
  const problems = new Set<string>();
  const read = (namespace: ConfigNamespace<object>): object => {
    try {
      return namespace.read(variables);
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      error.problems.forEach((problem) => problems.add(problem));
      return {};
    }
  };
  const configs = Object.entries(namespaces).map(([name, namespace]) => [name, read(namespace)]);
  if (problems.size > 0) throw new ConfigurationError([...problems]);
  return Object.freeze(Object.fromEntries(configs)) as {
    [Name in keyof Namespaces]: ConfigOf<Namespaces[Name]>;
  };
}

/** An empty value counts as not set: shells and compose files write it for unset variables. */
const withoutEmpty = (variables: Variables): Variables =>
  Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== '' && value !== undefined));

const problemsOf = (environment: object): string[] =>
  validateSync(environment).map(({ property, value, constraints }) => {
    const reason = value === undefined ? 'is missing' : Object.values(constraints ?? {})[0];
    return `${property} ${reason}`;
  });

/** A cross-check for two variables that must be set together. */
export const bothOrNeither =
  <Name extends string>(one: Name, other: Name) =>
  (environment: Partial<Record<Name, unknown>>): string[] => {
    if ((environment[one] === undefined) === (environment[other] === undefined)) return [];
    const missing = environment[one] === undefined ? one : other;
    return [`${missing} is missing: ${one} and ${other} go together`];
  };

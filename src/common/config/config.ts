import { acmeChallengeConfig, acmeConfig } from './acme.config.js';
import { cognitoConfig, userPoolConfig } from './cognito.config.js';
import { ConfigurationError, readNamespaces, type Variables } from './config-namespace.js';
import { httpConfig, limitsConfig, monitoringConfig } from './http.config.js';
import { legacySourceConfig } from './legacy-source.config.js';
import { legacyHashesConfig, migrationConfig } from './migration.config.js';
import { pagesConfig } from './pages.config.js';
import { registrationConfig } from './registration.config.js';
import { databaseConfig, mailConfig } from './servers.config.js';
import { secretsConfig, sessionsConfig } from './sessions.config.js';

/** The namespaces of the API, in the order in which their problems are reported. */
const namespaces = {
  http: httpConfig,
  database: databaseConfig,
  cognito: cognitoConfig,
  userPool: userPoolConfig,
  migration: migrationConfig,
  legacyHashes: legacyHashesConfig,
  legacySource: legacySourceConfig,
  registration: registrationConfig,
  pages: pagesConfig,
  limits: limitsConfig,
  secrets: secretsConfig,
  sessions: sessionsConfig,
  monitoring: monitoringConfig,
  mail: mailConfig,
  acmeChallenge: acmeChallengeConfig,
  acme: acmeConfig,
};

/** The whole configuration of the API, by namespace. */
export type Config = ReturnType<typeof loadConfig>;

/** @throws ConfigurationError with the problems of all namespaces */
export const loadConfig = (variables: Variables) => readNamespaces(namespaces, variables);

/** @returns for each namespace its configuration, or the error if variables are missing or invalid */
export function readEach(variables: Variables): {
  [Name in keyof Config]: Config[Name] | ConfigurationError;
} {
  const read = Object.entries(namespaces).map(([name, namespace]) => {
    try {
      return [name, namespace.read(variables)];
    } catch (error) {
      if (error instanceof ConfigurationError) return [name, error];
      throw error;
    }
  });
  return Object.fromEntries(read) as { [Name in keyof Config]: Config[Name] | ConfigurationError };
}

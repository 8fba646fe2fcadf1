/** Environment variables are missing or invalid. One line per problem; names variables, never their values. */
export class ConfigurationError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The configuration cannot be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigurationError';
  }
}

/** The service must not start. The message says what to set; the process exits with status 2. */
export class StartError extends Error {}

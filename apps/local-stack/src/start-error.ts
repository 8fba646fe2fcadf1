interface StartErrorOptions extends ErrorOptions {
  /** 2 if the API refused its configuration; 1 otherwise and by default. */
  exitCode?: 1 | 2;
}

/** An error that the user can fix: shown as a message without a stack trace. */
export class StartError extends Error {
  readonly exitCode: 1 | 2;

  constructor(message: string, { exitCode = 1, ...options }: StartErrorOptions = {}) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

export const ownDatabaseHint = 'Set DATABASE_URL to use a PostgreSQL of your own.';

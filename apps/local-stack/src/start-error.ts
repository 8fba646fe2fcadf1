interface StartErrorOptions extends ErrorOptions {
  /** 2 where the API refused to start as it is configured. */
  exitCode?: 1 | 2;
}

/** Something its reader can put right: shown as a sentence, without a stack trace. */
export class StartError extends Error {
  readonly exitCode: 1 | 2;

  constructor(message: string, { exitCode = 1, ...options }: StartErrorOptions = {}) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

export const ownDatabaseHint = 'Set DATABASE_URL to use a PostgreSQL of your own.';

/** Something its reader can put right: shown as a sentence, without a stack trace. */
export class StartError extends Error {}

export const ownDatabaseHint = 'Set DATABASE_URL to use a PostgreSQL of your own.';

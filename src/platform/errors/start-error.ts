/** The service must not start as things are. The message says what to set; the process exits with status 2. */
export class StartError extends Error {}

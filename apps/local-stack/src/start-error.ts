/** Something its reader can put right: shown as a sentence, without a stack trace. */
export class StartError extends Error {}

/** Data that a caller passes to triggers. It is not stored. */
export type ClientMetadata = Record<string, string> | undefined;

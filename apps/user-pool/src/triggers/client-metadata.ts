/** What a caller passes on to functions, beyond what the pool itself tells them. It is kept nowhere. */
export type ClientMetadata = Record<string, string> | undefined;

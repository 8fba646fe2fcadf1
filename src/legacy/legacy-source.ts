import type { UnmarkedSchemeName } from '#password-hashes';
import { ConfigurationError } from '../common/config/configuration-error.js';

/** A source that cannot be used as configured. One line per problem, without passwords. The process exits with 2. */
export class SourceError extends ConfigurationError {}

/** A legacy user as a source has it. Times are instants; `null` means that the source does not say. */
export interface LegacyUser {
  /** The key of the old application, at most 255 characters. */
  id: string;
  /** As stored, without normalisation. */
  email: string | null;
  /** As stored; `null` or blank: no password. */
  passwordHash: string | null;
  /** Whether the old application has verified the address. True if the source does not say. */
  verified: boolean;
  /** Blocked or deleted by the old application. */
  blocked: boolean;
  lockedUntil: Date | null;
  firstName: string | null;
  lastName: string | null;
  createdAt: Date | null;
  lastSignInAt: Date | null;
  /** Further values that may be sent to the user pool, by name. */
  attributes: Readonly<Record<string, string>>;
  /** Linked to a pool user already. Only the adopted table says so. */
  migrated?: true;
}

export interface SourceDescription {
  /** Of the preset, of the source file, or `users` for the adopted table. */
  name: string;
  mode: 'adopted' | 'read-only';
  /** For people: table and database without user name and password. */
  location: string;
  /** How hashes are checked, where the source file says. */
  hash?: { scheme: UnmarkedSchemeName | undefined; isPeppered: boolean };
}

export interface FindResult {
  /** The user that the address stands for: the only live row, or the one that `on_duplicate` chooses, else the only row. */
  user: LegacyUser | undefined;
  /** How many rows have the address, live or not. */
  rows: number;
}

/** The rows after a position, in the order of the key. `next` is absent on the last page. */
export interface Page {
  users: LegacyUser[];
  next?: string;
}

/** Where legacy users are read from. Nothing is written to it. */
export interface LegacySource {
  describe(): SourceDescription;
  /**
   * @param email an address in any spelling
   * @param knownIds ids that a copy of the source has for the address
   * @throws AppError `legacy.unavailable` if the source does not answer within its deadline
   */
  find(email: string, knownIds: readonly string[]): Promise<FindResult>;
  /**
   * @param after `next` of the page before
   * @param limit the largest number of rows
   * @throws SourceError for rows that cannot be read; AppError `legacy.unavailable`
   */
  scan(after: string | undefined, limit: number): Promise<Page>;
  /** All pages, where the source has a faster way than `scan`. */
  stream?(): AsyncIterable<Page>;
  close(): Promise<void>;
}

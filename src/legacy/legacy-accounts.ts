import { canonicalEmail } from '#contracts';
import { Inject, Injectable, Optional } from '@nestjs/common';
import type { AccountState, LegacyAccount } from '../users/user.js';
import { UsersService } from '../users/users.service.js';
import { LegacyCopies } from './copies.repository.js';
import type { FindResult, LegacySource } from './legacy-source.js';

/** The token of the read-only source; there is none for an adopted table, or for a new application. */
export const legacySource = Symbol('legacy source');

/**
 * Legacy users with their hashes, from the adopted table or from a read-only source. A source is asked each time, so that a password
 * or a block of this morning counts; our row, the copy, holds what Usher knows of the user.
 */
@Injectable()
export class LegacyAccounts {
  constructor(
    private readonly users: UsersService,
    private readonly copies: LegacyCopies,
    @Optional() @Inject(legacySource) private readonly source?: LegacySource,
  ) {}

  /**
   * @returns the account of the address, with the hash; `undefined` also if it is not clear whose address it is
   * @throws AppError `legacy.unavailable` if the source does not answer
   */
  async find(email: string): Promise<LegacyAccount | undefined> {
    const found = await this.ask(email);
    if (found?.user === undefined) return this.findWithoutSource(email, found !== undefined);
    const { id, passwordHash, attributes } = found.user;
    const copy = await this.findCopy(id, email);
    if (copy === undefined) return undefined;
    const hash = copy.hashInSource ? (passwordHash ?? '') : '';
    const hashDigest = hash === '' ? null : this.copies.digest(hash);
    return { ...copy, attributes, passwordHash: hash, hashDigest };
  }

  /**
   * Whether an address belongs to anybody, also where `find` returns no account.
   * @throws AppError `legacy.unavailable`
   */
  async isTaken(email: string): Promise<boolean> {
    return ((await this.ask(email))?.rows ?? 0) > 0 || (await this.users.hasRows(email));
  }

  /**
   * Brings the row of the address up to date.
   * @returns what the source has; `undefined` without a source
   * @throws AppError `legacy.unavailable`
   */
  async ask(email: string): Promise<FindResult | undefined> {
    if (this.source === undefined) return undefined;
    const known = await this.copies.findIds(email);
    const found = await this.source.find(email, known);
    if (found.user) await this.copies.write([found.user]);
    if (found.rows === 0) await this.copies.markGone(known);
    return found;
  }

  /**
   * Whether the user of an address may sign in, by what the source says now. The source is not asked about users who have migrated.
   * @returns `undefined` also if it is not clear whose address it is
   * @throws AppError `legacy.unavailable`
   */
  async findCurrentState(email: string): Promise<AccountState | undefined> {
    const known = await this.users.findAccountState(email);
    if (known && (known.user.sub !== null || known.erased)) return known;
    const found = await this.ask(email);
    if (found?.user) return this.findCopy(found.user.id, email);
    const state = await this.users.findAccountState(email);
    // Several people of the source have the address: a copy of one of them is not its owner.
    return (found?.rows ?? 0) > 0 && !state?.user.disabled ? undefined : state;
  }

  /** What our row says, for code that has asked the source and checks no password. */
  findState(email: string): Promise<AccountState | undefined> {
    return this.users.findAccountState(email);
  }

  /** @returns `undefined` also if the copy was linked with an address that it had before */
  private async findCopy(legacyId: string, email: string): Promise<LegacyAccount | undefined> {
    const copy = await this.users.findCopy(legacyId);
    return copy && canonicalEmail(copy.user.email) === canonicalEmail(email) ? copy : undefined;
  }

  private async findWithoutSource(email: string, hasSource: boolean): Promise<LegacyAccount | undefined> {
    const account = await this.users.findLegacyAccount(email);
    // A copy that the source does not confirm, because several of its people have the address.
    return hasSource && account?.legacyId != null && account.user.sub === null ? undefined : account;
  }
}

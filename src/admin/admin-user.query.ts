import { emailSpellings, type FindUsersQuery, isStorable, normaliseEmail, type UserId } from '#contracts';
import { Injectable } from '@nestjs/common';
import { Database } from '../common/database/database.js';
import { parseUserId } from '../common/database/users-columns.js';
import { emailExpression, isSpelling } from '../common/database/email-expression.js';
import { AppError } from '../common/errors/app-error.js';
import { UsersRepository } from '../users/users.repository.js';
import { User } from '../users/user.entity.js';

const defaultLimit = 50;

/** Sorts after every string with the same beginning. */
const lastCharacter = '\u{10FFFF}';

// Cognito's subs are UUIDs. A complete UUID cannot be the beginning of an address.
const sub = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

const emailKey = `(${emailExpression('email')} COLLATE "C")`;

/** Position of the last row of a page. */
interface Position {
  /** The address as `emailKey` returns it. */
  key: string;
  id: UserId;
}

/** The search of administrators for users. */
@Injectable()
export class AdminUserQuery {
  constructor(
    private readonly database: Database,
    private readonly users: UsersRepository,
  ) {}

  /** @throws AppError `request.not_found` */
  async read(id: UserId): Promise<User> {
    const record = await this.users.find(id);
    if (record === null) throw new AppError('request.not_found');
    return record;
  }

  /** @throws AppError `request.invalid` when `after` is not a cursor of an earlier page */
  async find({ search, after, limit }: FindUsersQuery): Promise<{ records: User[]; next: string | null }> {
    const wanted = search?.trim() ?? '';
    if (sub.test(wanted)) {
      const records = await this.database.with(User, (users) => users.findBy({ sub: wanted }));
      return { records, next: null };
    }
    const spelled = await this.findBySpellings(wanted);
    if (spelled.length > 0) return { records: spelled, next: null };
    const count = Number(limit ?? defaultLimit);
    const { entities, raw } = await this.findPage(
      normaliseEmail(wanted),
      this.decodeCursor(after),
      count + 1,
    );
    const records = entities.slice(0, count);
    const [id, key] = [records.at(-1)?.id, raw[count - 1]?.key];
    const isLastPage = entities.length <= count || id === undefined || key === undefined;
    return { records, next: isLastPage ? null : encodeCursor({ key, id }) };
  }

  /** Finds every row with a complete address by all of its spellings, if it has several. */
  private async findBySpellings(wanted: string): Promise<User[]> {
    const spellings = emailSpellings(wanted);
    if (spellings.length === 1) return [];
    return this.database.with(User, (users) =>
      users
        .createQueryBuilder('users')
        .where(isSpelling('email', ':spellings'), { spellings })
        .orderBy(emailKey)
        .addOrderBy('users.id')
        .getMany(),
    );
  }

  /** Keyset pagination. The beginning is a range instead of a pattern, because a generic plan for a pattern scans the whole table. */
  private findPage(
    beginning: string,
    after: Position | undefined,
    count: number,
  ): Promise<{ entities: User[]; raw: Pick<Position, 'key'>[] }> {
    const isAfter = after !== undefined && after.key >= beginning;
    const from = isAfter
      ? `(${emailKey}, users.id) > (:key, CAST(:id AS ${this.database.usersTable.idType}))`
      : `${emailKey} >= :key`;
    return this.database.with(User, (users) =>
      users
        .createQueryBuilder('users')
        .addSelect(emailKey, 'key')
        .where(`${emailKey} < :end AND ${from}`)
        .setParameters({ end: beginning + lastCharacter, ...(isAfter ? after : { key: beginning }) })
        .orderBy(emailKey)
        .addOrderBy('users.id')
        .limit(count)
        .getRawAndEntities(),
    );
  }

  private decodeCursor(cursor: string | null | undefined): Position | undefined {
    if (cursor == null) return undefined;
    const [key, position] = parseCursor(cursor);
    const { usersTable } = this.database;
    const id = String(position);
    // Rows can have negative ids, although no path accepts them.
    const digits = usersTable.idType === 'bigint' ? id.replace(/^-/, '') : id;
    if (isStorable(key) && parseUserId(digits, usersTable) !== undefined) return { key: String(key), id };
    throw new AppError('request.invalid', { errors: [{ field: 'after', message: 'field.not_a_cursor' }] });
  }
}

const encodeCursor = ({ key, id }: Position): string =>
  Buffer.from(JSON.stringify([key, id])).toString('base64url');

function parseCursor(cursor: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

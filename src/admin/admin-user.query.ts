import { emailSpellings, type FindUsersQuery, normaliseEmail } from '#contracts';
import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '../common/database/database.js';
import { emailExpression, isSpelling } from '../common/database/email-expression.js';
import { AppError } from '../common/errors/app-error.js';
import { UsersRepository } from '../users/users.repository.js';
import { recordColumns } from '../users/users.sql.js';
import type { UserRecord } from '../users/user.js';

const defaultLimit = 50;

/** Sorts after every string with the same beginning. */
const lastCharacter = '\u{10FFFF}';

// Cognito's subs are UUIDs. A complete UUID cannot be the beginning of an address.
const sub = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

const emailKey = `(${emailExpression('email')} COLLATE "C")`;

const findBySub: Statement = {
  name: 'user-records-find-by-sub',
  text: `SELECT ${recordColumns} FROM users WHERE cognito_sub = $1`,
};

/** Returns every row that has the address. $1: `emailSpellings` */
const findByEmail: Statement = {
  name: 'user-records-find-by-email',
  text: `SELECT ${recordColumns} FROM users WHERE ${isSpelling('email', '$1')} ORDER BY ${emailKey}, id`,
};

/** Keyset pagination. $1 and $2 are a range instead of a pattern, because a generic plan for a pattern scans the whole table. */
const findPage: Statement = {
  name: 'user-records-page',
  text: `
    SELECT ${recordColumns}, ${emailKey} AS key FROM users
    WHERE ${emailKey} < $2 AND (${emailKey}, id) > (
      greatest($1::text COLLATE "C", $3::text), CASE WHEN $3::text COLLATE "C" >= $1 THEN $4::bigint ELSE 0 END)
    ORDER BY ${emailKey}, id LIMIT $5`,
};

/** Position of the last row of a page. */
interface Position {
  /** The address as `emailKey` returns it. */
  key: string;
  id: number;
}

/** The search of administrators for users. */
@Injectable()
export class AdminUserQuery {
  constructor(
    private readonly database: Database,
    private readonly users: UsersRepository,
  ) {}

  /** @throws AppError `request.not_found` */
  async read(id: number): Promise<UserRecord> {
    const record = await this.users.findRecord(id);
    if (record === undefined) throw new AppError('request.not_found');
    return record;
  }

  /** @throws AppError `request.invalid` when `after` is not a cursor of an earlier page */
  async find({
    search,
    after,
    limit,
  }: FindUsersQuery): Promise<{ records: UserRecord[]; next: string | null }> {
    const wanted = search?.trim() ?? '';
    if (sub.test(wanted)) {
      const record = await this.database.queryOne<UserRecord & { [column: string]: unknown }>(findBySub, [
        wanted,
      ]);
      return { records: record ? [record] : [], next: null };
    }
    const records = await this.findBySpellings(wanted);
    if (records.length > 0) return { records, next: null };
    const count = Number(limit ?? defaultLimit);
    const found = await this.findPage(normaliseEmail(wanted), decodeCursor(after), count + 1);
    const page = found.slice(0, count);
    return { records: page, next: found.length > count ? encodeCursor(page.at(-1)) : null };
  }

  /** Finds a complete address by all of its spellings, if it has several. */
  private async findBySpellings(wanted: string): Promise<UserRecord[]> {
    const spellings = emailSpellings(wanted);
    return spellings.length === 1 ? [] : this.database.query(findByEmail, [spellings]);
  }

  private findPage(
    beginning: string,
    after: Position | undefined,
    count: number,
  ): Promise<(UserRecord & Position)[]> {
    const values = [beginning, beginning + lastCharacter, after?.key ?? '', after?.id ?? 0, count];
    return this.database.query(findPage, values);
  }
}

const encodeCursor = (last: Position | undefined): string | null =>
  last === undefined ? null : Buffer.from(JSON.stringify([last.key, last.id])).toString('base64url');

function decodeCursor(cursor: string | null | undefined): Position | undefined {
  if (cursor == null) return undefined;
  const [key, id] = parseCursor(cursor);
  if (typeof key === 'string' && !key.includes('\u0000') && key.isWellFormed() && Number.isSafeInteger(id))
    return { key, id: Number(id) };
  throw new AppError('request.invalid', { errors: [{ field: 'after', message: 'field.not_a_cursor' }] });
}

function parseCursor(cursor: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

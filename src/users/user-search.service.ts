import { emailSpellings, type FindUsersQuery, normaliseEmail } from '#contracts';
import { Injectable } from '@nestjs/common';
import { AppError } from '../platform/errors/app-error.js';
import {
  type Position,
  type UserRecord,
  UserRecordsRepository,
} from './persistence/user-records.repository.js';

const usualPage = 50;

// Cognito's subs are UUIDs; an address that begins so has more to it.
const sub = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** People as administrators look for them. */
@Injectable()
export class UserSearchService {
  constructor(private readonly records: UserRecordsRepository) {}

  /** @throws AppError `request.not_found` */
  async read(id: number): Promise<UserRecord> {
    const record = await this.records.find(id);
    if (record === undefined) throw new AppError('request.not_found');
    return record;
  }

  /** @throws AppError `request.invalid` for an `after` that no answer gave */
  async find({
    search,
    after,
    limit,
  }: FindUsersQuery): Promise<{ records: UserRecord[]; next: string | null }> {
    const wanted = search?.trim() ?? '';
    if (sub.test(wanted)) {
      const record = await this.records.findBySub(wanted);
      return { records: record ? [record] : [], next: null };
    }
    const records = await this.ofSpelledAddress(wanted);
    if (records.length > 0) return { records, next: null };
    const count = Number(limit ?? usualPage);
    const found = await this.records.page(normaliseEmail(wanted), positionOf(after), count + 1);
    const page = found.slice(0, count);
    return { records: page, next: found.length > count ? cursorOf(page.at(-1)) : null };
  }

  /** A whole address that has several spellings, of which a row can have any. */
  private async ofSpelledAddress(wanted: string): Promise<UserRecord[]> {
    const spellings = emailSpellings(wanted);
    return spellings.length === 1 ? [] : this.records.findByEmail(spellings);
  }
}

const cursorOf = (last: Position | undefined): string | null =>
  last === undefined ? null : Buffer.from(JSON.stringify([last.key, last.id])).toString('base64url');

function positionOf(cursor: string | null | undefined): Position | undefined {
  if (cursor == null) return undefined;
  const [key, id] = partsOf(cursor);
  if (typeof key === 'string' && !key.includes('\u0000') && key.isWellFormed() && Number.isSafeInteger(id))
    return { key, id: Number(id) };
  throw new AppError('request.invalid', { errors: [{ field: 'after', fault: 'field.not_a_cursor' }] });
}

function partsOf(cursor: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

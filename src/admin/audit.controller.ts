import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiQuery, ApiTags, ApiOperation } from '@nestjs/swagger';
import {
  type AuditEntryResponse,
  FindAuditQuery,
  FindAuditResponse,
  toJsonId,
  type UserId,
} from '#contracts';
import { Database } from '../common/database/database.js';
import { parseUserId } from '../common/database/users-columns.js';
import { ApiSession, Permissions } from '../common/http/access.decorators.js';
import { ApiErrors } from '../common/http/api-errors.decorator.js';
import { AppError } from '../common/errors/app-error.js';
import type { AuditEntry } from '../users/audit-entry.entity.js';
import { AuditLog } from '../users/audit-log.js';

const defaultLimit = 50;

const userIdSchema = { oneOf: [{ type: 'integer' }, { type: 'string' }] };

@ApiTags('admin')
@ApiSession()
@Controller('admin/audit')
export class AuditController {
  constructor(
    private readonly audit: AuditLog,
    private readonly database: Database,
  ) {}

  /** GET /admin/audit: newest first. */
  @Get()
  @ApiOperation({
    operationId: 'findAuditEntries',
    summary: 'Read the audit log',
    description: 'Newest first. Needs `audit.read`.',
  })
  @Permissions('audit.read')
  @ApiQuery({ name: 'user', required: false, description: 'id of the changed user', schema: userIdSchema })
  @ApiQuery({ name: 'after', required: false, type: String, description: '`next` of the previous page' })
  @ApiQuery({
    name: 'limit',
    required: false,
    schema: { type: 'integer', minimum: 1, maximum: 100, default: 50 },
  })
  @ApiOkResponse({ type: FindAuditResponse })
  @ApiErrors('auth.token_invalid', 'auth.forbidden', 'request.invalid', 'overloaded')
  async find(@Query() { user, after, limit }: FindAuditQuery): Promise<FindAuditResponse> {
    const before = parsePosition(after) ?? Number.MAX_SAFE_INTEGER;
    const count = Number(limit ?? defaultLimit);
    const entries = await this.audit.find(before, count + 1, this.parseUser(user));
    const page = entries.slice(0, count);
    const next = entries.length > count ? String(page.at(-1)?.id) : null;
    return { entries: page.map(toResponse), next };
  }

  private parseUser(text: string | null | undefined): UserId | undefined {
    if (text == null) return undefined;
    const { usersTable } = this.database;
    const id = parseUserId(text, usersTable);
    if (id !== undefined) return id;
    const message = usersTable.idType === 'bigint' ? 'field.not_a_whole_number' : 'field.invalid';
    throw new AppError('request.invalid', { errors: [{ field: 'user', message }] });
  }
}

const toResponse = ({ at, userId, actorId, ...entry }: AuditEntry): AuditEntryResponse => ({
  ...entry,
  userId: toJsonId(userId),
  actorId: actorId === null ? null : toJsonId(actorId),
  at: at.toISOString(),
});

function parsePosition(text: string | null | undefined): number | undefined {
  if (text == null) return undefined;
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number)) return number;
  throw new AppError('request.invalid', { errors: [{ field: 'after', message: 'field.not_a_cursor' }] });
}

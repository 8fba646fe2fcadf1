import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiQuery, ApiTags } from '@nestjs/swagger';
import { FindAuditQuery, FindAuditResponse } from '#contracts';
import { Permissions } from '../common/http/access.decorators.js';
import { ApiErrors } from '../common/http/api-errors.decorator.js';
import { AppError } from '../common/errors/app-error.js';
import { AuditLog } from '../users/audit-log.js';

const defaultLimit = 50;

@ApiTags('admin')
@ApiBearerAuth()
@Controller('admin/audit')
export class AuditController {
  constructor(private readonly audit: AuditLog) {}

  /** GET /admin/audit: newest first. */
  @Get()
  @Permissions('audit.read')
  @ApiQuery({ name: 'user', required: false, description: 'id of the changed user' })
  @ApiQuery({ name: 'after', required: false, description: '`next` of the previous page' })
  @ApiQuery({ name: 'limit', required: false, description: '1 to 100; 50 when absent' })
  @ApiOkResponse({ type: FindAuditResponse })
  @ApiErrors('auth.token_invalid', 'auth.forbidden', 'request.invalid', 'overloaded')
  async find(@Query() { user, after, limit }: FindAuditQuery): Promise<FindAuditResponse> {
    const before = parseNumber('after', after) ?? Number.MAX_SAFE_INTEGER;
    const count = Number(limit ?? defaultLimit);
    const entries = await this.audit.find(before, count + 1, parseNumber('user', user));
    const page = entries.slice(0, count);
    const next = entries.length > count ? String(page.at(-1)?.id) : null;
    return { entries: page.map(({ at, ...entry }) => ({ ...entry, at: at.toISOString() })), next };
  }
}

function parseNumber(field: 'after' | 'user', text: string | null | undefined): number | undefined {
  if (text == null) return undefined;
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number)) return number;
  const message = field === 'after' ? 'field.not_a_cursor' : 'field.not_a_whole_number';
  throw new AppError('request.invalid', { errors: [{ field, message }] });
}

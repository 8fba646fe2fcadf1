import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiQuery, ApiTags } from '@nestjs/swagger';
import { FindAuditQuery, FindAuditResponse } from '#contracts';
import { Permissions } from '../../platform/http/access.decorators.js';
import { Answers } from '../../platform/http/answers.decorator.js';
import { AppError } from '../../platform/errors/app-error.js';
import { AuditTrail } from '../audit-trail.js';

const usualPage = 50;

@ApiTags('admin')
@ApiBearerAuth()
@Controller('admin/audit')
export class AuditController {
  constructor(private readonly audit: AuditTrail) {}

  /** GET /admin/audit: newest first. */
  @Get()
  @Permissions('audit.read')
  @ApiQuery({ name: 'user', required: false, description: 'the id of the person it was done to' })
  @ApiQuery({ name: 'after', required: false, description: '`next` of the page before' })
  @ApiQuery({ name: 'limit', required: false, description: '1 to 100; 50 when absent' })
  @ApiOkResponse({ type: FindAuditResponse })
  @Answers('auth.token_invalid', 'auth.forbidden', 'request.invalid', 'overloaded')
  async find(@Query() { user, after, limit }: FindAuditQuery): Promise<FindAuditResponse> {
    const before = numberOf('after', after) ?? Number.MAX_SAFE_INTEGER;
    const count = Number(limit ?? usualPage);
    const entries = await this.audit.find(before, count + 1, numberOf('user', user));
    const page = entries.slice(0, count);
    const next = entries.length > count ? String(page.at(-1)?.id) : null;
    return { entries: page.map(({ at, ...entry }) => ({ ...entry, at: at.toISOString() })), next };
  }
}

function numberOf(field: 'after' | 'user', text: string | null | undefined): number | undefined {
  if (text == null) return undefined;
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number)) return number;
  const fault = field === 'after' ? 'field.not_a_cursor' : 'field.not_a_whole_number';
  throw new AppError('request.invalid', { errors: [{ field, fault }] });
}

import { Controller, Inject, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiQuery, ApiTags, ApiOperation } from '@nestjs/swagger';
import { MigrationProgressQuery, MigrationProgressResponse } from '#contracts';
import { type LegacyHashesConfig, legacyHashesConfig } from '../../common/config/migration.config.js';
import { ApiSession, Permissions } from '../../common/http/access.decorators.js';
import { ApiErrors } from '../../common/http/api-errors.decorator.js';
import { defaultView } from '../default-view.js';
import { MigrationProgress } from '../migration-progress.js';

/** How long to wait for the count of duplicate addresses. */
const duplicatesTimeoutMs = 500;

@ApiTags('migration')
@ApiSession()
@Controller('migration')
export class ProgressController {
  constructor(
    private readonly progress: MigrationProgress,
    @Inject(legacyHashesConfig.KEY) private readonly config: LegacyHashesConfig,
  ) {}

  /** GET /migration/progress: progress of the migration, and whether the old system can be switched off. */
  @Get('progress')
  @ApiOperation({
    operationId: 'getMigrationProgress',
    summary: 'Read the progress of the migration',
    description:
      'How many users have migrated, and whether the old system can be switched off. Needs `migration.read`.',
  })
  @Permissions('migration.read')
  @ApiQuery({
    name: 'days',
    required: false,
    description: 'of `perDay`',
    schema: { type: 'integer', minimum: 1, maximum: 366, default: 30 },
  })
  @ApiQuery({
    name: 'inactiveAfter',
    required: false,
    description: 'months without a sign-in',
    schema: { type: 'integer', minimum: 1, maximum: 120, default: 12 },
  })
  @ApiOkResponse({ type: MigrationProgressResponse })
  @ApiErrors('auth.token_invalid', 'auth.forbidden', 'request.invalid', 'overloaded')
  read(@Query() { days, inactiveAfter }: MigrationProgressQuery): Promise<MigrationProgressResponse> {
    const view = {
      days: Number(days ?? defaultView.days),
      inactiveAfter: Number(inactiveAfter ?? defaultView.inactiveAfter),
      unmarkedScheme: this.config.unmarkedScheme,
    };
    return this.progress.read(view, duplicatesTimeoutMs);
  }
}

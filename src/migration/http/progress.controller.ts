import { Controller, Inject, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiQuery, ApiTags } from '@nestjs/swagger';
import { MigrationProgressQuery, MigrationProgressResponse } from '#contracts';
import { type LegacyHashesConfig, legacyHashesConfig } from '../../common/config/migration.config.js';
import { Permissions } from '../../common/http/access.decorators.js';
import { ApiErrors } from '../../common/http/api-errors.decorator.js';
import { defaultView } from '../default-view.js';
import { MigrationProgress } from '../migration-progress.js';

/** How long to wait for the count of duplicate addresses. */
const duplicatesTimeoutMs = 500;

@ApiTags('migration')
@ApiBearerAuth()
@Controller('migration')
export class ProgressController {
  constructor(
    private readonly progress: MigrationProgress,
    @Inject(legacyHashesConfig.KEY) private readonly config: LegacyHashesConfig,
  ) {}

  /** GET /migration/progress: progress of the migration, and whether the old system can be switched off. */
  @Get('progress')
  @Permissions('migration.read')
  @ApiQuery({ name: 'days', required: false, description: '1 to 366; 30 when absent' })
  @ApiQuery({ name: 'inactiveAfter', required: false, description: 'months, 1 to 120; 12 when absent' })
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

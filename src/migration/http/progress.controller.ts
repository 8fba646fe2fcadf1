import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiQuery, ApiTags } from '@nestjs/swagger';
import { MigrationProgressQuery, MigrationProgressResponse } from '#contracts';
import { Config } from '../../platform/config/config.js';
import { Permissions } from '../../platform/http/access.decorators.js';
import { Answers } from '../../platform/http/answers.decorator.js';
import { MigrationProgress, usualView } from '../migration-progress.js';

/** Milliseconds that an answer waits for what is not known yet. */
const longestCount = 500;

@ApiTags('migration')
@ApiBearerAuth()
@Controller('migration')
export class ProgressController {
  constructor(
    private readonly progress: MigrationProgress,
    private readonly config: Config,
  ) {}

  /** GET /migration/progress: how far the migration is, and whether the old system can be switched off. */
  @Get('progress')
  @Permissions('migration.read')
  @ApiQuery({ name: 'days', required: false, description: '1 to 366; 30 when absent' })
  @ApiQuery({ name: 'inactiveAfter', required: false, description: 'months, 1 to 120; 12 when absent' })
  @ApiOkResponse({ type: MigrationProgressResponse })
  @Answers('auth.token_invalid', 'auth.forbidden', 'request.invalid', 'overloaded')
  read(@Query() { days, inactiveAfter }: MigrationProgressQuery): Promise<MigrationProgressResponse> {
    const view = {
      days: Number(days ?? usualView.days),
      inactiveAfter: Number(inactiveAfter ?? usualView.inactiveAfter),
      unmarkedScheme: this.config.migration.hashScheme,
    };
    return this.progress.read(view, longestCount);
  }
}

import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import { HealthCheck } from '@nestjs/terminus';
import type { FastifyReply } from 'fastify';
import { Public } from '../http/public.decorator.js';
import { type Readiness, ReadinessService } from './readiness.service.js';

@ApiTags('operations')
@Public()
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: ReadinessService) {}

  /** GET /health/live: the process answers. Restart it when it does not. */
  @Get('live')
  @ApiOkResponse({ description: 'The process answers' })
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** GET /health/ready: send traffic here, also while it is degraded. */
  @Get('ready')
  @HealthCheck({ swaggerDocumentation: false })
  @ApiOkResponse({
    description: 'Everything answers (ok), or all that is needed does (degraded): see details',
  })
  @ApiServiceUnavailableResponse({ description: 'The answer names what does not' })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Readiness> {
    const readiness = await this.readiness.read();
    if (!['ok', 'degraded'].includes(readiness.status)) reply.status(503);
    return readiness;
  }
}

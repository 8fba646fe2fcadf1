import { Controller, Get, Injectable, Res, ServiceUnavailableException } from '@nestjs/common';
import { ApiOkResponse, ApiServiceUnavailableResponse, ApiTags, ApiOperation } from '@nestjs/swagger';
import {
  HealthCheck,
  type HealthCheckResult,
  HealthCheckService,
  HealthIndicatorService,
  TypeOrmHealthIndicator,
} from '@nestjs/terminus';
import type { FastifyReply } from 'fastify';
import { Registry } from 'prom-client';
import { Public } from '../http/access.decorators.js';
import { registerGauge } from '../metrics/register-gauge.js';
import { HealthParts } from './health-parts.js';

const pingTimeoutMs = 2000;

/** `ok`, `degraded` when an optional part is unhealthy, or `error`. */
export type Readiness = Pick<HealthCheckResult, 'status' | 'details'>;

/** Only the database is required. */
@Injectable()
export class ReadinessService {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly database: TypeOrmHealthIndicator,
    private readonly parts: HealthParts,
    registry: Registry,
  ) {
    registerGauge(
      registry,
      {
        name: 'usher_health_part_up',
        help: 'Status of each part in /health/ready: 1 when up',
        labelNames: ['part'],
      },
      async () => {
        const { details } = await this.read();
        return Object.entries(details).map(([part, { status }]) => ({
          labels: { part },
          value: status === 'up' ? 1 : 0,
        }));
      },
    );
  }

  async read(): Promise<Readiness> {
    const parts = await this.parts.read();
    const indicators = [...parts].map(([name, isHealthy]) => () => {
      const indicator = this.indicators.check(name);
      return isHealthy ? indicator.up() : indicator.degraded();
    });
    const pingDatabase = () => this.database.pingCheck('database', { timeout: pingTimeoutMs });
    try {
      return withoutReasons(await this.health.check([pingDatabase, ...indicators]));
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      return withoutReasons(error.getResponse() as HealthCheckResult);
    }
  }
}

/** The route is public, so it gives no error messages. */
const withoutReasons = ({ status, details }: HealthCheckResult): Readiness => ({
  status,
  details: Object.fromEntries(Object.entries(details).map(([name, { status }]) => [name, { status }])),
});

const readinessSchema = {
  type: 'object',
  required: ['status', 'details'],
  properties: {
    status: { type: 'string', enum: ['ok', 'degraded', 'error', 'shutting_down'] },
    details: {
      description: 'By the name of the part',
      type: 'object',
      additionalProperties: {
        type: 'object',
        required: ['status'],
        properties: { status: { type: 'string', enum: ['up', 'down'] } },
      },
    },
  },
};

@ApiTags('operations')
@Public()
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: ReadinessService) {}

  /** GET /health/live: the process is running. Restart it when this fails. */
  @Get('live')
  @ApiOperation({
    operationId: 'getLiveness',
    summary: 'Is the process running?',
    description: 'Restart the process when this fails.',
  })
  @ApiOkResponse({
    description: 'The process is running',
    schema: {
      type: 'object',
      required: ['status'],
      properties: { status: { type: 'string', enum: ['ok'] } },
    },
  })
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** GET /health/ready: ready for traffic, also while degraded. */
  @Get('ready')
  @ApiOperation({
    operationId: 'getReadiness',
    summary: 'Is the service ready for traffic?',
    description:
      'The state of each part. 200 also while an optional part is down (`degraded`), 503 if a required one is.',
  })
  @HealthCheck({ swaggerDocumentation: false })
  @ApiOkResponse({
    description: 'All parts are up (ok), or all required ones (degraded): see details',
    schema: readinessSchema,
  })
  @ApiServiceUnavailableResponse({
    description: 'A required part is down: see details',
    schema: readinessSchema,
  })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Readiness> {
    const readiness = await this.readiness.read();
    if (!['ok', 'degraded'].includes(readiness.status)) reply.status(503);
    return readiness;
  }
}

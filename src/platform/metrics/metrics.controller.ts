import { Controller, Get, Header, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import { Registry } from 'prom-client';
import { Answers } from '../http/answers.decorator.js';
import { Public } from '../http/public.decorator.js';
import { MetricsGuard } from './metrics.guard.js';

@ApiTags('operations')
@Public()
@Controller('metrics')
@UseGuards(MetricsGuard)
export class MetricsController {
  constructor(private readonly registry: Registry) {}

  /** GET /metrics: this process's figures, for Prometheus. Callers on this machine, or with one of METRICS_ACCESS_TOKENS. */
  @Get()
  @Header('content-type', Registry.PROMETHEUS_CONTENT_TYPE)
  @ApiProduces('text/plain')
  @ApiOkResponse({ description: "Prometheus's text format", type: String })
  @Answers('auth.forbidden')
  read(): Promise<string> {
    return this.registry.metrics();
  }
}

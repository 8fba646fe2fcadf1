import { BlockList, isIP } from 'node:net';
import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Header,
  Inject,
  Injectable,
  UseGuards,
} from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiTags, ApiOperation, ApiSecurity } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Registry } from 'prom-client';
import { type MonitoringConfig, monitoringConfig } from '../config/http.config.js';
import { AcceptedTokens, bearerOf } from '../crypto/accepted-tokens.js';
import { AppError } from '../errors/app-error.js';
import { ApiErrors } from '../http/api-errors.decorator.js';
import { Public } from '../http/access.decorators.js';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/** A request with one of these came through a proxy, from any address. */
const proxyHeaders = ['forwarded', 'via', 'x-forwarded-for', 'x-real-ip'];

/** Admits the holders of `METRICS_ACCESS_TOKENS`; without the variable, clients on this machine. */
@Injectable()
class MetricsGuard implements CanActivate {
  private readonly accepted: AcceptedTokens | undefined;

  constructor(@Inject(monitoringConfig.KEY) { metricsAccessTokens }: MonitoringConfig) {
    this.accepted = metricsAccessTokens && new AcceptedTokens(metricsAccessTokens);
  }

  /** @throws AppError `auth.forbidden` */
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const isAllowed = this.accepted
      ? this.accepted.include(bearerOf(request.headers))
      : isFromThisMachine(request);
    if (!isAllowed) throw new AppError('auth.forbidden');
    return true;
  }
}

/** By the address of the connection: `request.ip` can come from a header. */
function isFromThisMachine({ headers, socket }: FastifyRequest): boolean {
  const address = socket.remoteAddress ?? '';
  if (proxyHeaders.some((name) => name in headers) || isIP(address) === 0) return false;
  return loopback.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
}

@ApiTags('operations')
@Public()
@Controller('metrics')
@UseGuards(MetricsGuard)
export class MetricsController {
  constructor(private readonly registry: Registry) {}

  /** GET /metrics: metrics of this process, for Prometheus. For clients on this machine or with one of METRICS_ACCESS_TOKENS. */
  @Get()
  @ApiSecurity('metricsToken')
  @ApiSecurity({})
  @ApiOperation({
    operationId: 'getMetrics',
    summary: 'Read the metrics',
    description:
      'Metrics of this process in the text format of Prometheus. For holders of one of `METRICS_ACCESS_TOKENS`; without the variable, for clients on this machine.',
  })
  @Header('content-type', Registry.PROMETHEUS_CONTENT_TYPE)
  @ApiProduces('text/plain')
  @ApiOkResponse({ description: "Prometheus's text format", type: String })
  @ApiErrors('auth.forbidden')
  read(): Promise<string> {
    return this.registry.metrics();
  }
}

import { type DynamicModule, Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Registry } from 'prom-client';
import { CommonModule } from './common/common.module.js';
import type { Config } from './common/config/config.js';
import { type MonitoringConfig, monitoringConfig } from './common/config/http.config.js';
import { CryptoModule } from './common/crypto/crypto.module.js';
import { BlockedRows } from './common/database/blocked-rows.js';
import { migrate, type PrepareDataSource } from './common/database/data-source.js';
import { HealthController, ReadinessService } from './common/health/health.controller.js';
import { HealthParts } from './common/health/health-parts.js';
import { ConnectionDrainer } from './common/http/connection-drainer.js';
import { CsrfGuard } from './common/http/csrf.guard.js';
import { ProblemFilter } from './common/http/problem.filter.js';
import { RequestEvents } from './common/http/request-events.js';
import { ResponseDelay } from './common/http/response-delay.js';
import { ValidateDtoPipe } from './common/http/validate-dto.js';
import { Log } from './common/logging/log.js';
import { createRegistry, HttpMonitoring } from './common/metrics/http-monitoring.js';
import { MetricsController } from './common/metrics/metrics.controller.js';
import { recordSource, refuseUnreadPeople, UnreadCandidates } from './legacy/candidates.js';
import { MailHealth, MailMonitoring } from './mail/mail-monitoring.js';
import { Outbox } from './mail/outbox.js';
import { OutboxSender } from './mail/outbox-sender.job.js';
import { OutboxMail } from './mail/outbox-mail.entity.js';
import { SmtpTransport } from './mail/smtp.transport.js';
import { EmailRateLimitKey } from './rate-limit/rate-limit-key.js';
import { RateLimitGuard } from './rate-limit/rate-limit.guard.js';
import { RateLimitCount } from './rate-limit/rate-limit-count.entity.js';
import { RateLimits } from './rate-limit/rate-limits.js';

/** What every module of the API uses besides `CommonModule`: HTTP, mail, rate limits, metrics and health. */
@Global()
@Module({
  imports: [
    CryptoModule,
    TerminusModule.forRoot({ logger: false }),
    TypeOrmModule.forFeature([OutboxMail, RateLimitCount]),
  ],
  controllers: [HealthController, MetricsController],
  providers: [
    BlockedRows,
    ConnectionDrainer,
    CsrfGuard,
    EmailRateLimitKey,
    HealthParts,
    HttpMonitoring,
    MailHealth,
    MailMonitoring,
    Outbox,
    OutboxSender,
    RateLimits,
    ReadinessService,
    RequestEvents,
    ResponseDelay,
    SmtpTransport,
    UnreadCandidates,
    {
      provide: Log,
      inject: [monitoringConfig.KEY],
      useFactory: ({ logLevel }: MonitoringConfig) => new Log(logLevel),
    },
    { provide: Registry, useFactory: createRegistry },
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_PIPE, useClass: ValidateDtoPipe },
    // The first of the global guards: those of AuthModule follow.
    { provide: APP_GUARD, useClass: RateLimitGuard },
  ],
  exports: [
    ConnectionDrainer,
    CsrfGuard,
    EmailRateLimitKey,
    HealthParts,
    Log,
    Outbox,
    RateLimits,
    Registry,
    RequestEvents,
    ResponseDelay,
  ],
})
export class CoreModule {
  static register(config: Config): DynamicModule {
    const { source } = config.legacySource;
    const prepare: PrepareDataSource = async (dataSource) => {
      await refuseUnreadPeople(dataSource, source);
      await migrate(dataSource, { adopt: source === undefined });
      await recordSource(dataSource, source);
    };
    return { module: CoreModule, imports: [CommonModule.register(config, prepare)] };
  }
}

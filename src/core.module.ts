import { type DynamicModule, Global, Module } from '@nestjs/common';
import { ConfigModule, registerAs } from '@nestjs/config';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Registry } from 'prom-client';
import { Clock } from './common/clock/clock.js';
import type { Config } from './common/config/config.js';
import { type MonitoringConfig, monitoringConfig } from './common/config/http.config.js';
import { type DatabaseConfig, databaseConfig } from './common/config/servers.config.js';
import { KeyRing } from './common/crypto/key-ring.js';
import { SealedBox } from './common/crypto/sealed-box.js';
import { BlockedRows } from './common/database/blocked-rows.js';
import { dataSourceOptions, openMigratedDataSource } from './common/database/data-source.js';
import { Database } from './common/database/database.js';
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
import { MailHealth, MailMonitoring } from './mail/mail-monitoring.js';
import { Outbox } from './mail/outbox.js';
import { OutboxSender } from './mail/outbox-sender.job.js';
import { OutboxMail } from './mail/outbox-mail.entity.js';
import { SmtpTransport } from './mail/smtp.transport.js';
import { EmailRateLimitKey } from './rate-limit/rate-limit-key.js';
import { RateLimitGuard } from './rate-limit/rate-limit.guard.js';
import { RateLimitCount } from './rate-limit/rate-limit-count.entity.js';
import { RateLimits } from './rate-limit/rate-limits.js';

/** What every module uses: configuration, database, HTTP, mail, rate limits, metrics and health. */
@Global()
@Module({
  imports: [
    TerminusModule.forRoot({ logger: false }),
    TypeOrmModule.forRootAsync({
      inject: [databaseConfig.KEY],
      useFactory: ({ url }: DatabaseConfig) => ({
        ...dataSourceOptions(url),
        autoLoadEntities: true,
        retryAttempts: 0,
      }),
      dataSourceFactory: openMigratedDataSource,
    }),
    TypeOrmModule.forFeature([OutboxMail, RateLimitCount]),
  ],
  controllers: [HealthController, MetricsController],
  providers: [
    BlockedRows,
    Clock,
    ConnectionDrainer,
    CsrfGuard,
    Database,
    EmailRateLimitKey,
    HealthParts,
    HttpMonitoring,
    KeyRing,
    MailHealth,
    MailMonitoring,
    Outbox,
    OutboxSender,
    RateLimits,
    ReadinessService,
    RequestEvents,
    ResponseDelay,
    SealedBox,
    SmtpTransport,
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
    Clock,
    ConnectionDrainer,
    CsrfGuard,
    Database,
    EmailRateLimitKey,
    HealthParts,
    KeyRing,
    Log,
    Outbox,
    RateLimits,
    Registry,
    RequestEvents,
    ResponseDelay,
    SealedBox,
  ],
})
export class CoreModule {
  /** @param config each namespace is injected by its `KEY` */
  static register(config: Config): DynamicModule {
    const load = Object.entries(config).map(([name, namespace]) => registerAs(name, () => namespace));
    const configModule = ConfigModule.forRoot({
      isGlobal: true,
      ignoreEnvFile: true,
      ignoreEnvVars: true,
      load,
    });
    return { module: CoreModule, imports: [configModule] };
  }
}

import { type DynamicModule, Module } from '@nestjs/common';
import { AcmeModule } from './acme/acme.module.js';
import { AuthModule } from './auth/auth.module.js';
import { MigrationModule } from './migration/migration.module.js';
import { PasswordsModule } from './passwords/passwords.module.js';
import type { Config } from './platform/config/config.js';
import { ConfigModule } from './platform/config/config.module.js';
import { DatabaseModule } from './platform/database/database.module.js';
import { HealthModule } from './platform/health/health.module.js';
import { MailModule } from './platform/mail/mail.module.js';
import { MetricsModule } from './platform/metrics/metrics.module.js';
import { PlatformModule } from './platform/platform.module.js';
import { RateLimitsModule } from './platform/rate-limits/rate-limits.module.js';
import { UsersModule } from './users/users.module.js';

/** The table of contents. */
@Module({
  imports: [
    PlatformModule,
    DatabaseModule,
    MetricsModule,
    HealthModule,
    MailModule,
    RateLimitsModule,
    AuthModule,
    UsersModule,
    PasswordsModule,
    MigrationModule,
    AcmeModule,
  ],
})
export class AppModule {
  static register(config: Config): DynamicModule {
    return { module: AppModule, imports: [ConfigModule.register(config)] };
  }
}

import { type DynamicModule, Module } from '@nestjs/common';
import { AcmeModule } from './acme/acme.module.js';
import { AuthModule } from './auth/auth.module.js';
import { MigrationModule } from './migration/migration.module.js';
import { PasswordsModule } from './passwords/passwords.module.js';
import { ConfigModule } from './platform/config/config.module.js';
import { DatabaseModule } from './platform/database/database.module.js';
import { HealthModule } from './platform/health/health.module.js';
import { PlatformModule } from './platform/platform.module.js';
import { UsersModule } from './users/users.module.js';

/** The table of contents. */
@Module({
  imports: [
    PlatformModule,
    DatabaseModule,
    HealthModule,
    AuthModule,
    UsersModule,
    PasswordsModule,
    MigrationModule,
    AcmeModule,
  ],
})
export class AppModule {
  /**
   * @param variables instead of the process environment; for tests.
   * @throws ConfigurationError
   */
  static async register(variables?: Record<string, string | undefined>): Promise<DynamicModule> {
    return { module: AppModule, imports: [await ConfigModule.register(variables)] };
  }
}

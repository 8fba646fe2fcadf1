import { type DynamicModule, Module } from '@nestjs/common';
import { AcmeModule } from './acme/acme.module.js';
import { AdminModule } from './admin/admin.module.js';
import { AuthModule } from './auth/auth.module.js';
import type { Config } from './common/config/config.js';
import { CoreModule } from './core.module.js';
import { DoctorModule } from './doctor/doctor.module.js';
import { MigrationModule } from './migration/migration.module.js';
import { PagesModule } from './pages/pages.module.js';
import { PasswordsModule } from './passwords/passwords.module.js';
import { ConfirmationPageModule } from './registration/confirmation-page.module.js';
import { RegistrationModule } from './registration/registration.module.js';

@Module({
  imports: [AuthModule, PasswordsModule, RegistrationModule, AdminModule, MigrationModule, AcmeModule],
})
export class AppModule {
  static register(config: Config): DynamicModule {
    const pages = config.pages.enabled ? PagesModule : ConfirmationPageModule;
    return {
      module: AppModule,
      imports: [CoreModule.register(config), DoctorModule.register(config), pages],
    };
  }
}

import { Module, type DynamicModule } from '@nestjs/common';
import { ConfigModule as NestConfigModule, ConfigService } from '@nestjs/config';
import { Config, loadConfig } from './config.js';

@Module({})
export class ConfigModule {
  /**
   * @param variables given by tests; without them the process environment and a `.env` file are read, in that order.
   * @throws ConfigurationError
   */
  static async register(variables?: Record<string, string | undefined>): Promise<DynamicModule> {
    return {
      module: ConfigModule,
      global: true,
      imports: [
        await NestConfigModule.forRoot({
          ignoreEnvFile: variables !== undefined,
          validate: (fromProcess) => ({ config: loadConfig(variables ?? fromProcess) }),
        }),
      ],
      providers: [
        {
          provide: Config,
          inject: [ConfigService],
          useFactory: (service: ConfigService) => service.getOrThrow<Config>('config'),
        },
      ],
      exports: [Config],
    };
  }
}

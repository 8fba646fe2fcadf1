import { Module, type DynamicModule } from '@nestjs/common';
import { ConfigModule as NestConfigModule } from '@nestjs/config';
import { Config, loadConfig } from './config.js';

/**
 * The configuration, before there is an application: how the server listens depends on it.
 * @param variables given by tests; without them the process environment and a `.env` file are read, in that order.
 * @throws ConfigurationError
 */
export async function readConfig(variables?: Record<string, string | undefined>): Promise<Config> {
  let config: Config | undefined;
  await NestConfigModule.forRoot({
    ignoreEnvFile: variables !== undefined,
    validate: (fromProcess) => {
      config = loadConfig(variables ?? fromProcess);
      return {};
    },
  });
  if (config === undefined) throw new TypeError('@nestjs/config did not validate');
  return config;
}

@Module({})
export class ConfigModule {
  static register(config: Config): DynamicModule {
    return {
      module: ConfigModule,
      global: true,
      providers: [{ provide: Config, useValue: config }],
      exports: [Config],
    };
  }
}

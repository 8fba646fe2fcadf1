import { join } from 'node:path';
import { type LambdaHost, startLambdaHost } from '../../../apps/local-stack/src/lambda-host/lambda-host.js';
import { migrationToken } from './settings.js';

const bundle = join(import.meta.dirname, '../../../dist/migration-lambda/index.mjs');
const functionName = 'usher-migration';

/** The host of the built migration Lambda, which can be restarted at the same address. */
export class Lambda {
  private host: LambdaHost | undefined;
  private port = 0;

  constructor(private readonly apiUrl: string) {}

  /** @param accessToken a token that Usher does not accept makes the function fail */
  async start(accessToken = migrationToken): Promise<string> {
    const environment = { MIGRATION_API_URL: this.apiUrl, MIGRATION_ACCESS_TOKEN: accessToken };
    this.host = await startLambdaHost({
      port: this.port,
      functions: { [functionName]: { file: bundle, environment } },
    });
    this.port = Number(new URL(this.host.url).port);
    return this.host.url;
  }

  async stop(): Promise<void> {
    await this.host?.close();
  }
}

import { Injectable, ServiceUnavailableException } from '@nestjs/common';
import {
  type HealthCheckResult,
  HealthCheckService,
  HealthIndicatorService,
  TypeOrmHealthIndicator,
} from '@nestjs/terminus';
import { HealthParts } from './health-parts.js';

const pingTimeoutMs = 2000;

/** `ok`, `degraded` while some part is away that the service goes on without, or `error`. Each part by name. */
export type Readiness = Pick<HealthCheckResult, 'status' | 'details'>;

/** Without the database nothing works; without any other part something still does. */
@Injectable()
export class ReadinessService {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly database: TypeOrmHealthIndicator,
    private readonly parts: HealthParts,
  ) {}

  async read(): Promise<Readiness> {
    const parts = await this.parts.read();
    const indicators = [...parts].map(([name, isWell]) => () => {
      const indicator = this.indicators.check(name);
      return isWell ? indicator.up() : indicator.degraded();
    });
    try {
      return withoutReasons(await this.health.check([() => this.pingDatabase(), ...indicators]));
    } catch (failure) {
      if (!(failure instanceof ServiceUnavailableException)) throw failure;
      return withoutReasons(failure.getResponse() as HealthCheckResult);
    }
  }

  private pingDatabase() {
    return this.database.pingCheck('database', { timeout: pingTimeoutMs });
  }
}

/** Anybody may ask; what went wrong where is for the log. */
const withoutReasons = ({ status, details }: HealthCheckResult): Readiness => ({
  status,
  details: Object.fromEntries(Object.entries(details).map(([name, { status }]) => [name, { status }])),
});

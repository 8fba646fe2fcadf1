import { Injectable } from '@nestjs/common';
import { Registry } from 'prom-client';
import { HealthParts } from '../common/health/health-parts.js';
import { Log } from '../common/logging/log.js';
import { memoize } from '../common/metrics/memoize.js';
import { registerGauge } from '../common/metrics/register-gauge.js';
import { revocationReasons, SessionsRepository } from './persistence/sessions.repository.js';
import { RevocationList } from './revocation-list.js';

/** Counting the entries of an index takes a moment with millions of rows. */
const cacheMs = 30_000;

/** Metrics and the health of sessions. */
@Injectable()
export class SessionMonitoring {
  constructor(
    private readonly registry: Registry,
    private readonly sessions: SessionsRepository,
    private readonly log: Log,
    parts: HealthParts,
    revocationList: RevocationList,
  ) {
    parts.add('sessions', () => revocationList.isUpToDate);
    this.registerLive();
    this.registerRevoked();
  }

  private registerLive(): void {
    const live = memoize(() => this.sessions.countLive(), cacheMs, this.log, 'live sessions');
    registerGauge(
      this.registry,
      { name: 'usher_sessions_live', help: 'Live sessions that were created by Usher' },
      async () => {
        const value = await live();
        return value === undefined ? undefined : [{ value }];
      },
    );
  }

  private registerRevoked(): void {
    const revoked = memoize(
      () => this.sessions.countRevokedLastHour(),
      cacheMs,
      this.log,
      'revoked sessions',
    );
    registerGauge(
      this.registry,
      {
        name: 'usher_sessions_ended_last_hour',
        help: 'Sessions created by Usher that were revoked or expired within the last hour, by reason',
        labelNames: ['reason'],
      },
      async () => {
        const counts = await revoked();
        if (counts === undefined) return undefined;
        const byReason = new Map(counts.map(({ reason, count }) => [reason, count]));
        return revocationReasons.map((reason) => ({ labels: { reason }, value: byReason.get(reason) ?? 0 }));
      },
    );
  }
}

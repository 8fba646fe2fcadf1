import { Injectable } from '@nestjs/common';
import { Registry } from 'prom-client';
import { Log } from '../platform/logging/log.js';
import { Cached } from '../platform/metrics/cached.js';
import { readGauge } from '../platform/metrics/read-gauge.js';
import { endReasons, SessionsRepository } from './persistence/sessions.repository.js';

/** Milliseconds. An index is counted, which takes a moment where there are millions. */
const keptMs = 30_000;

@Injectable()
export class SessionMonitoring {
  constructor(registry: Registry, sessions: SessionsRepository, log: Log) {
    const live = new Cached(() => sessions.countLive(), keptMs, log, 'how many sessions are live');
    readGauge(
      registry,
      { name: 'usher_sessions_live', help: 'Sessions that began here and have not ended' },
      async () => {
        const value = await live.get();
        return value === undefined ? undefined : [{ value }];
      },
    );
    const ended = new Cached(() => sessions.countEndedLately(), keptMs, log, 'how many sessions have ended');
    readGauge(
      registry,
      {
        name: 'usher_sessions_ended_last_hour',
        help: 'Sessions that began here and have ended within the last hour, by reason',
        labelNames: ['reason'],
      },
      async () => {
        const counts = await ended.get();
        return counts && endReasons.map((reason) => ({ labels: { reason }, value: of(reason, counts) }));
      },
    );
  }
}

const of = (reason: string, counts: { reason: string; count: number }[]): number =>
  counts.find((count) => count.reason === reason)?.count ?? 0;

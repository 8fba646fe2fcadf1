import { Injectable } from '@nestjs/common';
import { Registry } from 'prom-client';
import { HealthParts } from '../health/health-parts.js';
import { Log } from '../logging/log.js';
import { Cached } from '../metrics/cached.js';
import { readGauge } from '../metrics/read-gauge.js';
import { MailServer } from './mail-server.js';
import { Outbox, type OutboxFigures } from './outbox.js';

const keptMs = 5000;

/** Seconds. Mails go out within two; a mail that is this old was tried half a dozen times, or nobody tries. */
const tooOld = 900;

@Injectable()
export class MailMonitoring {
  constructor(registry: Registry, parts: HealthParts, outbox: Outbox, log: Log) {
    const figures = new Cached(() => outbox.figures(), keptMs, log, 'the outbox');
    parts.add('outbox', async () => {
      const known = await figures.get();
      return known && known.oldestSeconds < tooOld;
    });
    readFigures(registry, figures);
  }
}

/** Not whether mails arrive, but whether the server takes them. */
@Injectable()
export class MailHealth {
  constructor(parts: HealthParts, server: MailServer) {
    parts.add('mail', () => (server.isConfigured ? server.isWorking : undefined));
  }
}

function readFigures(registry: Registry, figures: Cached<OutboxFigures>): void {
  readGauge(
    registry,
    {
      name: 'usher_outbox_mails',
      help: 'Mails in the outbox: waiting for a first try, for another one, given up, or given up because of the recipient',
      labelNames: ['state'],
    },
    async () => {
      const known = await figures.get();
      return (
        known && [
          { labels: { state: 'waiting' }, value: known.untried },
          { labels: { state: 'retrying' }, value: known.tried },
          { labels: { state: 'given_up' }, value: known.givenUp },
          { labels: { state: 'refused' }, value: known.refused },
        ]
      );
    },
  );
  readGauge(
    registry,
    {
      name: 'usher_outbox_oldest_age_seconds',
      help: 'Age of the oldest mail that may still be sent and whose recipient was not refused; 0 without any',
    },
    async () => {
      const known = await figures.get();
      return known && [{ value: known.oldestSeconds }];
    },
  );
}

import { Injectable } from '@nestjs/common';
import { Registry } from 'prom-client';
import { HealthParts } from '../common/health/health-parts.js';
import { Log } from '../common/logging/log.js';
import { type Memoized, memoize } from '../common/metrics/memoize.js';
import { registerGauge } from '../common/metrics/register-gauge.js';
import { SmtpTransport } from './smtp.transport.js';
import { Outbox, type OutboxFigures } from './outbox.js';

const keptMs = 5000;

/** Seconds. Mails are sent within 2 seconds; after 900 seconds there were about 6 attempts, or no process sends mails. */
const tooOld = 900;

@Injectable()
export class MailMonitoring {
  constructor(registry: Registry, parts: HealthParts, outbox: Outbox, log: Log) {
    const figures = memoize(() => outbox.figures(), keptMs, log, 'the outbox');
    parts.add('outbox', async () => {
      const known = await figures();
      return known && known.oldestSeconds < tooOld;
    });
    readFigures(registry, figures);
  }
}

/** Whether the server accepts mails, not whether they arrive. */
@Injectable()
export class MailHealth {
  constructor(parts: HealthParts, server: SmtpTransport) {
    parts.add('mail', () => (server.isConfigured ? server.isWorking : undefined));
  }
}

function readFigures(registry: Registry, figures: Memoized<OutboxFigures>): void {
  registerGauge(
    registry,
    {
      name: 'usher_outbox_mails',
      help: 'Mails in the outbox: waiting for a first try, for another one, given up, or given up because of the recipient',
      labelNames: ['state'],
    },
    async () => {
      const known = await figures();
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
  registerGauge(
    registry,
    {
      name: 'usher_outbox_oldest_age_seconds',
      help: 'Age of the oldest mail that may still be sent and whose recipient was not refused; 0 without any',
    },
    async () => {
      const known = await figures();
      return known && [{ value: known.oldestSeconds }];
    },
  );
}

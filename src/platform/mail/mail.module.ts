import { Global, Module } from '@nestjs/common';
import { MailServer } from './mail-server.js';
import { MailHealth, MailMonitoring } from './mail-monitoring.js';
import { OutboxSender } from './outbox-sender.js';
import { Outbox } from './outbox.js';

@Global()
@Module({ providers: [MailHealth, MailMonitoring, MailServer, Outbox, OutboxSender], exports: [Outbox] })
export class MailModule {}

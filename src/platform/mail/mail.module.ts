import { Global, Module } from '@nestjs/common';
import { MailServer } from './mail-server.js';
import { OutboxSender } from './outbox-sender.js';
import { Outbox } from './outbox.js';

@Global()
@Module({ providers: [MailServer, Outbox, OutboxSender], exports: [Outbox] })
export class MailModule {}

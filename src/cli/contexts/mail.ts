import { Module } from '@nestjs/common';
import { OutboxAdmin } from '../../mail/outbox.js';
import { inContextOf } from './command-context.js';

@Module({ providers: [OutboxAdmin] })
export class MailCommandsModule {}

export const withOutbox = inContextOf(MailCommandsModule, OutboxAdmin);

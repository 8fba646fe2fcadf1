import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { OutboxMail } from '../../mail/outbox-mail.entity.js';
import { OutboxAdmin } from '../../mail/outbox.js';
import { inContextOf } from './command-context.js';

@Module({ imports: [TypeOrmModule.forFeature([OutboxMail])], providers: [OutboxAdmin] })
export class MailCommandsModule {}

export const withOutbox = inContextOf(MailCommandsModule, OutboxAdmin);

import { IsOptional, Matches } from 'class-validator';
import { bothOrNeither, type ConfigOf, defineNamespace } from './config-namespace.js';
import { IsServerUrl } from './validators.js';

class DatabaseEnvironment {
  @IsServerUrl(/^postgres(ql)?:\/\/./, 'must be a postgres:// URL')
  DATABASE_URL!: string;
}

export const databaseConfig = defineNamespace('database', DatabaseEnvironment, (environment) => ({
  url: environment.DATABASE_URL,
}));
export type DatabaseConfig = ConfigOf<typeof databaseConfig>;

class MailEnvironment {
  @IsOptional()
  @IsServerUrl(/^smtps?:\/\/./, 'must be an smtp:// or smtps:// URL')
  SMTP_URL?: string;

  @IsOptional()
  @Matches(/^([^<>@\r\n]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/, {
    message: 'must be an address such as no-reply@example.com or Example <no-reply@example.com>',
  })
  MAIL_FROM?: string;
}

export const mailConfig = defineNamespace(
  'mail',
  MailEnvironment,
  ({ SMTP_URL: url, MAIL_FROM: from }) => ({
    /** Without it, mails stay in the outbox. */
    smtp: url !== undefined && from !== undefined ? { url, from } : undefined,
  }),
  bothOrNeither('SMTP_URL', 'MAIL_FROM'),
);
export type MailConfig = ConfigOf<typeof mailConfig>;

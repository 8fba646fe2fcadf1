import { isIP } from 'node:net';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsUrl, Matches, Max, Min, MinLength, ValidateBy } from 'class-validator';
import type { BlockedCondition } from '../database/blocked-condition.js';
import { AreBlockedConditions } from './blocked-conditions.decorator.js';
import { IsCaBundle } from './ca-bundle.js';
import { AreCertificates } from './certificate-lists.js';
import { IsServerUrl } from './server-url.js';

// What people leave in from an example file. A start with one of these is a start nobody wanted.
const placeholder = /^(change-?me|replace-?me|your[-_ ]|<|xxx|todo\b)|^(secret|password|example)$/i;

const list = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string'
    ? value
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '')
    : value;

const digits = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' ? Number(/^\d+$/.test(value) ? value : NaN) : value;

/** Each of a comma-separated list: long enough, and not left over from an example. */
function AreSecrets(shortest: number): PropertyDecorator {
  return (target, property) => {
    Transform(list)(target, property);
    ValidateBy({
      name: 'areSecrets',
      validator: {
        validate: (value: unknown) =>
          Array.isArray(value) &&
          value.length > 0 &&
          value.every(
            (item) => typeof item === 'string' && item.length >= shortest && !placeholder.test(item),
          ),
        defaultMessage: () =>
          `must hold one or more comma-separated values of at least ${shortest} characters, none of them a placeholder`,
      },
    })(target, property);
  };
}

const period = /^[1-9]\d*\s*(minutes?|hours?|days?)$/;

/** Addresses and networks, as a reverse proxy has them: 10.0.0.0/8, ::1. */
function IsIpOrNetwork(): PropertyDecorator {
  const isPrefix = (prefix: string | undefined, bits: number) =>
    prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits);
  return ValidateBy({
    name: 'isIpOrNetwork',
    validator: {
      validate: (value: unknown) =>
        Array.isArray(value) &&
        value.every((item: string) => {
          const [address = '', prefix, ...rest] = item.split('/');
          const version = isIP(address);
          return version !== 0 && rest.length === 0 && isPrefix(prefix, version === 4 ? 32 : 128);
        }),
      defaultMessage: () => 'must hold comma-separated IP addresses or networks such as 10.0.0.0/8',
    },
  });
}

/** What a row's stored string does not tell by itself. */
const hexSchemes = ['hex_md5', 'hex_sha1', 'hex_sha256', 'hex_sha512'] as const;

const numbers = ({ value }: { value: unknown }): unknown => {
  const items = list({ value });
  return Array.isArray(items) ? items.map((item: unknown) => digits({ value: item })) : items;
};

const daysNeeded = 'must hold comma-separated whole numbers of days, from 0 to 365';

const isSet = { message: 'is missing' };

/** The environment variables of the API, as text, with what each must look like. Nothing else reads the environment. */
export class Environment {
  @IsInt({ message: 'must be a port number' })
  @Min(0, { message: 'must be a port number' })
  @Max(65_535, { message: 'must be a port number' })
  @Transform(digits)
  PORT = 3000;

  @MinLength(1, isSet)
  HOST = '0.0.0.0';

  @IsOptional()
  @IsUrl(
    { require_tld: false, protocols: ['http', 'https'], require_protocol: true },
    { message: 'must be an http(s) URL' },
  )
  PUBLIC_URL?: string;

  @IsServerUrl(/^postgres(ql)?:\/\/./, 'must be a postgres:// URL')
  DATABASE_URL!: string;

  @Matches(/^[a-z]{2}(-[a-z]+)+-\d$/, { message: 'must be an AWS Region such as eu-west-1' })
  AWS_REGION!: string;

  @Matches(/^[\w-]+_[0-9a-zA-Z]+$/, { message: 'must be a user pool id such as eu-west-1_AbCdEfGhI' })
  AWS_COGNITO_USER_POOL_ID!: string;

  @Matches(/^[\w+]+$/, { message: 'must be an app client id' })
  AWS_COGNITO_CLIENT_ID!: string;

  @IsOptional()
  @MinLength(1, isSet)
  AWS_COGNITO_CLIENT_SECRET?: string;

  @IsOptional()
  @Transform(list)
  @Matches(/^[\w+]+$/, { each: true, message: 'must hold comma-separated app client ids' })
  AWS_COGNITO_ACCEPTED_CLIENT_IDS?: string[];

  // The Lambda's variable. The API reads it for the check of the pool's settings only.
  @IsOptional()
  @Transform(({ value }) => (typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined))
  @Matches(/^custom:\S{1,20}$/, {
    message: 'must be a custom attribute, such as custom:rails_app_id',
  })
  LEGACY_ID_ATTRIBUTE?: string;

  @IsOptional()
  @IsUrl({ require_tld: false, require_protocol: true }, { message: 'must be a URL' })
  AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER?: string;

  @IsOptional()
  @IsUrl({ require_tld: false, require_protocol: true }, { message: 'must be a URL' })
  COGNITO_ISSUER?: string;

  @IsOptional()
  @IsUrl({ require_tld: false, require_protocol: true }, { message: 'must be a URL' })
  COGNITO_JWKS_URL?: string;

  @AreSecrets(8)
  MIGRATION_ACCESS_TOKENS!: string[];

  // Not trimmed: a pepper is any text. An empty item among others stands for hashes made before there was a pepper.
  @Transform(({ value }) => (typeof value === 'string' && value !== '' ? value.split(',') : []))
  PASSWORD_PEPPERS: string[] = [];

  @IsOptional()
  @IsIn(hexSchemes, { message: `must be one of ${hexSchemes.join(', ')}` })
  LEGACY_HASH_SCHEME?: (typeof hexSchemes)[number];

  @IsInt({ message: 'must be a number from 10 to 14' })
  @Min(10, { message: 'must be a number from 10 to 14' })
  @Max(14, { message: 'must be a number from 10 to 14' })
  @Transform(digits)
  BCRYPT_COST = 12;

  @IsOptional()
  @IsUrl(
    { require_tld: false, protocols: ['http', 'https'], require_protocol: true },
    { message: 'must be an http(s) URL' },
  )
  CONFIRMATION_PAGE_URL?: string;

  @Matches(new RegExp(`^never$|${period.source}`), {
    message: 'must be "never" or a number of minutes, hours or days, such as "1 hour"',
  })
  LEGACY_UNLOCK_IN = '1 hour';

  @IsOptional()
  @IsIn(['keep', 'erase'], { message: 'must be keep or erase' })
  LEGACY_HASH?: 'keep' | 'erase';

  @IsOptional()
  @AreBlockedConditions()
  LEGACY_BLOCKED_WHEN?: BlockedCondition[];

  @IsInt({ message: 'must be a number of milliseconds from 0 to 10000' })
  @Min(0, { message: 'must be a number of milliseconds from 0 to 10000' })
  @Max(10_000, { message: 'must be a number of milliseconds from 0 to 10000' })
  @Transform(digits)
  REFUSAL_TIME_MS = 1500;

  @AreSecrets(16)
  SESSION_SECRETS!: string[];

  @Matches(period, { message: 'must be a number of minutes, hours or days, such as "14 days"' })
  SESSION_IDLE_TIMEOUT = '14 days';

  @Matches(period, { message: 'must be a number of minutes, hours or days, such as "30 days"' })
  SESSION_ABSOLUTE_TIMEOUT = '30 days';

  @IsIn(['on', 'off'], { message: 'must be on or off' })
  RATE_LIMITS: 'on' | 'off' = 'on';

  @IsOptional()
  @AreSecrets(16)
  METRICS_ACCESS_TOKENS?: string[];

  @IsIn(['debug', 'info', 'warn', 'error'], { message: 'must be debug, info, warn or error' })
  LOG_LEVEL: 'debug' | 'info' | 'warn' | 'error' = 'info';

  @IsOptional()
  @Transform(list)
  @IsIpOrNetwork()
  TRUSTED_PROXIES?: string[];

  @IsOptional()
  @Transform(list)
  @Matches(/^https?:\/\/[^\s/?#@]+$/, {
    each: true,
    message: 'must hold comma-separated origins such as https://app.example.com',
  })
  CORS_ORIGINS?: string[];

  @IsOptional()
  @IsServerUrl(/^smtps?:\/\/./, 'must be an smtp:// or smtps:// URL')
  SMTP_URL?: string;

  @IsOptional()
  @Matches(/^([^<>@\r\n]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/, {
    message: 'must be an address such as no-reply@example.com or Example <no-reply@example.com>',
  })
  MAIL_FROM?: string;

  @IsOptional()
  @Matches(/^[A-Za-z0-9_-]+$/, { message: 'must be the token of an http-01 challenge (base64url)' })
  LETSENCRYPT_KEY?: string;

  @IsOptional()
  @Matches(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/, {
    message: 'must be a key authorization: token, dot, thumbprint',
  })
  LETSENCRYPT_CHALLENGE?: string;

  @IsOptional()
  @AreCertificates()
  ACME_CERTIFICATES?: string[][];

  @IsUrl(
    { require_tld: false, protocols: ['https'], require_protocol: true },
    { message: "must be the https URL of a CA's ACME directory" },
  )
  ACME_DIRECTORY_URL = 'https://acme-v02.api.letsencrypt.org/directory';

  @IsOptional()
  @Matches(/^[^<>@\s]+@[^<>@\s]+$/, { message: 'must be an e-mail address for the CA to write to' })
  ACME_CONTACT?: string;

  @IsIn(['yes', 'no'], { message: "must be yes, once you have read the CA's terms of service" })
  ACME_TERMS_AGREED: 'yes' | 'no' = 'no';

  @IsOptional()
  @IsCaBundle()
  ACME_CA_BUNDLE?: string;

  @IsOptional()
  @MinLength(1, isSet)
  ACME_CERTIFICATE_DIR?: string;

  @IsOptional()
  @MinLength(1, isSet)
  ACME_RELOAD_COMMAND?: string;

  @IsOptional()
  @Matches(/^[^\s:]+:([1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])$/, {
    message: 'must be a host and a port, such as localhost:443',
  })
  ACME_CHECK_ADDRESS?: string;

  @IsOptional()
  @Matches(/^[\x21-\x7e]+$/, { message: 'must be a key as Heroku makes them: no spaces' })
  HEROKU_API_KEY?: string;

  @IsOptional()
  @Matches(/^[a-z][a-z0-9-]{1,28}[a-z0-9]$/, { message: 'must be the name of an app on Heroku' })
  HEROKU_APP?: string;

  @Transform(numbers)
  @IsInt({ each: true, message: daysNeeded })
  @Min(0, { each: true, message: daysNeeded })
  @Max(365, { each: true, message: daysNeeded })
  ACME_WARNING_DAYS: number[] = [14, 7, 3, 1, 0];

  @IsIn(['ec256', 'ec384', 'rsa2048'], { message: 'must be ec256, ec384 or rsa2048' })
  ACME_KEY_TYPE: 'ec256' | 'ec384' | 'rsa2048' = 'ec256';
}

import { readFileSync } from 'node:fs';
import { Transform } from 'class-transformer';
import {
  IsIn,
  IsInt,
  IsOptional,
  IsUrl,
  Matches,
  Max,
  Min,
  MinLength,
  ValidateBy,
  type ValidationArguments,
} from 'class-validator';
import { problemOfCertificates } from '../crypto/pem-certificates.js';
import { checkName, maxNames } from '../names/hostnames.js';
import { bothOrNeither, type ConfigOf, defineNamespace } from './config-namespace.js';
import { digits, isSet, list } from './validators.js';

class AcmeChallengeEnvironment {
  @IsOptional()
  @Matches(/^[A-Za-z0-9_-]+$/, { message: 'must be the token of an http-01 challenge (base64url)' })
  LETSENCRYPT_KEY?: string;

  @IsOptional()
  @Matches(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/, {
    message: 'must be a key authorization: token, dot, thumbprint',
  })
  LETSENCRYPT_CHALLENGE?: string;
}

export const acmeChallengeConfig = defineNamespace(
  'acmeChallenge',
  AcmeChallengeEnvironment,
  ({ LETSENCRYPT_KEY: token, LETSENCRYPT_CHALLENGE: keyAuthorization }) => ({
    /** One http-01 challenge of an external ACME client (RFC 8555 section 8.3). */
    external: token !== undefined && keyAuthorization !== undefined ? { token, keyAuthorization } : undefined,
  }),
  bothOrNeither('LETSENCRYPT_KEY', 'LETSENCRYPT_CHALLENGE'),
);
export type AcmeChallengeConfig = ConfigOf<typeof acmeChallengeConfig>;

const daysNeeded = 'must hold comma-separated whole numbers of days, from 0 to 365';

class AcmeEnvironment {
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

export const acmeConfig = defineNamespace(
  'acme',
  AcmeEnvironment,
  (environment) => ({
    /** The names of each certificate: lower case A-labels, each in one certificate only. Without any, nothing is ordered. */
    certificates: normalizeNames(environment.ACME_CERTIFICATES ?? []),
    directoryUrl: environment.ACME_DIRECTORY_URL,
    contact: environment.ACME_CONTACT,
    /** A PEM file with additional CAs that are trusted for the ACME directory. */
    caBundle: environment.ACME_CA_BUNDLE,
    keyType: environment.ACME_KEY_TYPE,
    /** Days before expiry on which the contact gets a mail. */
    warningDays: environment.ACME_WARNING_DAYS,
    /** Certificate hosts; without one, certificates stay in the database. */
    heroku: heroku(environment),
    files: files(environment),
  }),
  (environment) => [...agreement(environment), ...bothOrNeither('HEROKU_API_KEY', 'HEROKU_APP')(environment)],
);
export type AcmeConfig = ConfigOf<typeof acmeConfig>;

function agreement({
  ACME_CERTIFICATES: certificates,
  ACME_TERMS_AGREED: agreed,
}: AcmeEnvironment): string[] {
  const isAgreed = certificates === undefined || agreed === 'yes';
  return isAgreed ? [] : ["ACME_TERMS_AGREED must be yes, once you have read the CA's terms of service"];
}

function heroku({ HEROKU_APP: app, HEROKU_API_KEY: apiKey }: AcmeEnvironment) {
  return app !== undefined && apiKey !== undefined ? { app, apiKey } : undefined;
}

function files({ ACME_CERTIFICATE_DIR: directory, ...environment }: AcmeEnvironment) {
  if (directory === undefined) return undefined;
  const [host, port] = environment.ACME_CHECK_ADDRESS?.split(':') ?? [];
  const checkAddress = host === undefined ? undefined : { host, port: Number(port) };
  return { directory, reloadCommand: environment.ACME_RELOAD_COMMAND, checkAddress };
}

/** Comma-separated numbers. */
function numbers({ value }: { value: unknown }): unknown {
  const items = list({ value });
  return Array.isArray(items) ? items.map((item: unknown) => digits({ value: item })) : items;
}

/** The path of a readable PEM file with certificates. */
function IsCaBundle(): PropertyDecorator {
  return ValidateBy({
    name: 'isCaBundle',
    validator: {
      validate: (value: unknown) => problemOfBundle(String(value)) === undefined,
      defaultMessage: (given?: ValidationArguments) =>
        `must be the path of a PEM file with certificates: ${problemOfBundle(String(given?.value))}`,
    },
  });
}

function problemOfBundle(path: string): string | undefined {
  try {
    return problemOfCertificates(readFileSync(path, 'utf8'));
  } catch (error) {
    return `it cannot be read (${(error as NodeJS.ErrnoException).code})`;
  }
}

/** Names of certificates that http-01 can validate, as typed: `a.example, www.a.example; b.example` are two certificates. */
function AreCertificates(): PropertyDecorator {
  return (target, property) => {
    Transform(splitCertificates)(target, property);
    ValidateBy({
      name: 'areCertificates',
      validator: {
        validate: (value: unknown) => problemOfNames(value) === undefined,
        defaultMessage: (given?: ValidationArguments) =>
          `must hold domain names, comma-separated, and semicolons between certificates; no wildcards: ${problemOfNames(given?.value)}`,
      },
    })(target, property);
  };
}

/** @param certificates valid names as typed @returns lower case A-labels, each once */
const normalizeNames = (certificates: readonly string[][]): string[][] =>
  certificates.map((names) => [...new Set(names.flatMap((given) => check(given).name ?? []))]);

function splitCertificates({ value }: { value: unknown }): unknown {
  if (typeof value !== 'string') return value;
  return value
    .split(';')
    .map((names) => names.split(',').map((name) => name.trim()))
    .map((names) => names.filter((name) => name !== ''))
    .filter((names) => names.length > 0);
}

/** The first problem. Names the position and not the name: messages about the environment hold no values. */
function problemOfNames(value: unknown): string | undefined {
  if (!Array.isArray(value) || value.length === 0) return 'there is none';
  const certificateOfName = new Map<string, number>();
  for (const [index, names] of (value as string[][]).entries()) {
    const certificate = index + 1;
    if (names.length > maxNames) return `certificate ${certificate} has more than ${maxNames} names`;
    for (const [position, given] of names.entries()) {
      const where = `name ${position + 1} of certificate ${certificate}`;
      const { name, problem } = check(given);
      if (problem !== undefined) return `${where} ${problem}`;
      // With one name in two certificates, it is undefined which of them the host serves.
      const first = certificateOfName.get(name) ?? certificate;
      if (first !== certificate) return `${where} is in certificate ${first} already`;
      certificateOfName.set(name, certificate);
    }
  }
  return undefined;
}

/** A private CA may certify names such as `shop.internal`. */
const check = (given: string) => checkName(given, { allowSpecialNames: true });

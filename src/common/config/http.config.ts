import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsUrl, Matches, Max, Min, MinLength } from 'class-validator';
import { type ConfigOf, defineNamespace } from './config-namespace.js';
import { AreOrigins, AreSecrets, digits, isSet, IsIpOrNetwork, list } from './validators.js';

/** Where the API is reached. Other namespaces derive links from it. */
export class PublicUrlEnvironment {
  @IsInt({ message: 'must be a port number' })
  @Min(0, { message: 'must be a port number' })
  @Max(65_535, { message: 'must be a port number' })
  @Transform(digits)
  PORT = 3000;

  @IsOptional()
  @IsUrl(
    { require_tld: false, protocols: ['http', 'https'], require_protocol: true },
    { message: 'must be an http(s) URL' },
  )
  PUBLIC_URL?: string;
}

export const publicUrlOf = ({ PUBLIC_URL, PORT }: PublicUrlEnvironment): URL =>
  new URL(PUBLIC_URL ?? `http://localhost:${PORT}`);

class HttpEnvironment extends PublicUrlEnvironment {
  @MinLength(1, isSet)
  HOST = '0.0.0.0';

  // The issuer in authenticator apps, which must not hold a colon (Key Uri Format).
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value))
  @Matches(/^[^:\p{C}]{1,64}$/u, { message: 'must be 1 to 64 characters without a colon' })
  APP_NAME?: string;

  @IsOptional()
  @Transform(list)
  @IsIpOrNetwork()
  TRUSTED_PROXIES?: string[];

  @IsOptional()
  @AreOrigins()
  CORS_ORIGINS?: string[];
}

export const httpConfig = defineNamespace('http', HttpEnvironment, (environment) => ({
  port: environment.PORT,
  host: environment.HOST,
  publicUrl: publicUrlOf(environment),
  /** False when `publicUrl` is the default. */
  isPublicUrlSet: environment.PUBLIC_URL !== undefined,
  /** The name that users know, in mails and as the issuer in authenticator apps. Without a colon. */
  appName: environment.APP_NAME ?? withoutColons(publicUrlOf(environment)),
  /** Proxies whose `X-Forwarded-For` is trusted. */
  trustedProxies: environment.TRUSTED_PROXIES ?? [],
  /** Origins, besides that of `publicUrl`, whose pages may call the API from a browser. See `originRule`. */
  corsOrigins: environment.CORS_ORIGINS ?? [],
}));
export type HttpConfig = ConfigOf<typeof httpConfig>;

/** The host, without the brackets and colons of an IPv6 address. */
const withoutColons = ({ hostname }: URL): string => hostname.replace(/[[\]]/g, '').replaceAll(':', '.');

class LimitsEnvironment {
  @IsInt({ message: 'must be a number of milliseconds from 0 to 10000' })
  @Min(0, { message: 'must be a number of milliseconds from 0 to 10000' })
  @Max(10_000, { message: 'must be a number of milliseconds from 0 to 10000' })
  @Transform(digits)
  REFUSAL_TIME_MS = 1500;

  @IsIn(['on', 'off'], { message: 'must be on or off' })
  RATE_LIMITS: 'on' | 'off' = 'on';
}

export const limitsConfig = defineNamespace('limits', LimitsEnvironment, (environment) => ({
  /** The delay of refusals, in milliseconds. */
  refusalTimeMs: environment.REFUSAL_TIME_MS,
  /** Off for load tests only. */
  rateLimits: environment.RATE_LIMITS === 'on',
}));
export type LimitsConfig = ConfigOf<typeof limitsConfig>;

class MonitoringEnvironment {
  @IsOptional()
  @AreSecrets(16)
  METRICS_ACCESS_TOKENS?: string[];

  @IsIn(['debug', 'info', 'warn', 'error'], { message: 'must be debug, info, warn or error' })
  LOG_LEVEL: 'debug' | 'info' | 'warn' | 'error' = 'info';
}

export const monitoringConfig = defineNamespace('monitoring', MonitoringEnvironment, (environment) => ({
  /** Tokens for /metrics; without any, only this machine may read it. */
  metricsAccessTokens: environment.METRICS_ACCESS_TOKENS,
  /** The lowest level that is logged. */
  logLevel: environment.LOG_LEVEL,
}));
export type MonitoringConfig = ConfigOf<typeof monitoringConfig>;

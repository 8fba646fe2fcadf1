import { createHmac } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { types } from 'node:util';
import {
  type $Command,
  CognitoIdentityProviderClient,
  type CognitoIdentityProviderClientConfig,
  type CognitoIdentityProviderClientResolvedConfig,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from '@aws-sdk/client-cognito-identity-provider';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { ErrorCode } from '#contracts';
import { Clock } from '../common/clock/clock.js';
import {
  type CognitoConfig,
  cognitoConfig,
  type UserPoolConfig,
  userPoolConfig,
} from '../common/config/cognito.config.js';
import { AppError, isAppError } from '../common/errors/app-error.js';
import { Log } from '../common/logging/log.js';
import { CognitoBreaker } from './cognito-breaker.js';
import { isOutage, isThrottled, toAppError } from './cognito-errors.js';
import type { CognitoOperation } from './exception-map.js';

/** Milliseconds. Cognito invokes a trigger up to three times with a timeout of five seconds each. */
export const triggerTimeout = 17_000;

/** Milliseconds, for operations without triggers. */
const defaultTimeout = 6000;

/** Milliseconds since the first request after which a failed one is not repeated. */
const retryBudgetMs = 3000;

/** Jitter: callers that failed at the same time do not retry at the same time. */
const retryDelayMs = () => 100 + Math.random() * 300;

/** More than the requests of one process in flight; a request above this number would queue. */
const maxSockets = 256;

/** Cognito waits for the pool's triggers in these. */
const withTriggers = new Set<CognitoOperation>([
  'sign-in',
  'challenge',
  'refresh',
  'forgot-password',
  'confirm-forgot-password',
  'invite-again',
  'change-email',
]);

/** Not `change-email`: a delayed first request could restore an address after the change was revoked. */
const idempotent = new Set<CognitoOperation>([
  'sign-in',
  'get-user',
  'global-sign-out',
  'prefer-totp',
  'revoke',
  'find-user',
  'list-users',
  'delete-user',
  'disable-user',
  'enable-user',
  'sign-user-out',
  'remove-factors',
  'list-user-groups',
  'describe-pool',
  'describe-app-client',
  'describe-mfa',
  'describe-log-delivery',
  'get-limit',
  'get-import-header',
  'describe-import-job',
  'list-import-jobs',
]);

/** `usher doctor` lists what the credentials may not read. */
const optional = new Set<CognitoOperation>(['describe-mfa', 'describe-log-delivery', 'get-limit']);

const triggerFailures = new Set(['UnexpectedLambdaException', 'UserLambdaValidationException']);

export type PoolAddress = Pick<UserPoolConfig, 'region' | 'userPoolId' | 'endpoint'>;

/**
 * @param operation name of the SDK command without `Command`
 * @param error what a failed request threw
 */
export type RequestObserver = (operation: string, seconds: number, error: unknown) => void;

type Command<Input extends ServiceInputTypes, Output extends ServiceOutputTypes> = $Command<
  Input,
  Output,
  CognitoIdentityProviderClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes
>;

/** Sends SDK commands with timeouts, at most one retry, a circuit breaker and Usher's error codes (ADR 5). */
export abstract class CognitoClient implements OnApplicationShutdown {
  private readonly breaker: CognitoBreaker;

  constructor(
    protected readonly sdk: CognitoIdentityProviderClient,
    protected readonly clock: Clock,
    protected readonly log: Log,
  ) {
    this.breaker = new CognitoBreaker(clock, log);
  }

  /** @throws AppError */
  async send<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
    operation: CognitoOperation,
    command: Command<Input, Output>,
  ): Promise<Output> {
    try {
      return await this.sendWithRetry(operation, command);
    } catch (error) {
      if (isAppError(error)) throw error;
      const mapped = toAppError(operation, error);
      if (isServiceException(error)) this.raiseAlarm(operation, error, mapped.code);
      throw mapped;
    }
  }

  private async sendWithRetry<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
    operation: CognitoOperation,
    command: Command<Input, Output>,
  ): Promise<Output> {
    const options = { requestTimeout: withTriggers.has(operation) ? triggerTimeout : defaultTimeout };
    const sendOnce = () => this.breaker.run(() => this.sdk.send(command, options));
    const startedAt = this.clock.elapsed();
    try {
      return await sendOnce();
    } catch (error) {
      const mayRetry = isThrottled(error) || (isOutage(error) && idempotent.has(operation));
      if (!mayRetry || this.clock.elapsed() - startedAt > retryBudgetMs) throw error;
    }
    await this.clock.sleep(retryDelayMs());
    return sendOnce();
  }

  /** Without the exception's message, which can contain user input. */
  private raiseAlarm(operation: CognitoOperation, { name: exception }: Error, code: ErrorCode): void {
    if (optional.has(operation)) return;
    const fields = { asked: operation, exception };
    if (code === 'internal')
      this.log.error('Cognito rejected a request: check the configuration of Usher and of the user pool', {
        alarm: 'cognito.misconfigured',
        ...fields,
      });
    else if (triggerFailures.has(exception))
      this.log.error('user pool trigger failed: check its log and whether Cognito may invoke it', {
        alarm: 'cognito.trigger_failed',
        ...fields,
      });
  }

  /** Local knowledge; sends no request. */
  get isCircuitOpen(): boolean {
    return this.breaker.isOpen;
  }

  /** @param observer called for every request, retries included */
  observe(observer: RequestObserver): void {
    this.sdk.middlewareStack.add(
      (next, { commandName = 'unknown' }) =>
        async (request) => {
          const operation = commandName.replace(/Command$/, '');
          const startedAt = performance.now();
          const report = (error?: unknown) =>
            observer(operation, (performance.now() - startedAt) / 1000, error);
          try {
            const result = await next(request);
            report();
            return result;
          } catch (error) {
            report(error);
            throw error;
          }
        },
      { step: 'initialize', name: 'observe' },
    );
  }

  /** @param learn called with the `Date` header of every response, and `Clock.elapsed()` at the request */
  onDate(learn: (date: string, sentAt: number) => void): void {
    this.sdk.middlewareStack.add(
      (next) => async (request) => {
        const sentAt = this.clock.elapsed();
        const result = await next(request);
        const { headers } = result.response as { headers?: Record<string, string | undefined> };
        if (headers?.date !== undefined) learn(headers.date, sentAt);
        return result;
      },
      // Innermost: the SDK turns error responses into exceptions in an outer middleware.
      { step: 'deserialize', name: 'onDate', priority: 'low' },
    );
  }

  onApplicationShutdown(): void {
    this.sdk.destroy();
  }
}

/** Operations that need no AWS credentials. */
@Injectable()
export class CognitoAppClient extends CognitoClient {
  readonly clientId: string;
  readonly clientSecret: string | undefined;

  constructor(@Inject(cognitoConfig.KEY) cognito: CognitoConfig, clock: Clock, log: Log) {
    super(createUnsignedClient(cognito), clock, log);
    this.clientId = cognito.clientId;
    this.clientSecret = cognito.clientSecret;
  }

  /**
   * Cognito developer guide, "Computing secret hash values". Undefined for an app client without a secret.
   * @param username exactly as in the request
   */
  secretHash(username: string): string | undefined {
    if (this.clientSecret === undefined) return undefined;
    const hmac = createHmac('sha256', this.clientSecret);
    return hmac.update(username + this.clientId).digest('base64');
  }
}

/** Milliseconds without a new search for credentials, which can take seconds. */
const credentialsRetryMs = 60_000;

/** `Admin*` operations and descriptions of the pool's settings, signed with AWS credentials from the SDK's provider chain. */
@Injectable()
export class CognitoAdminClient extends CognitoClient {
  readonly userPoolId: string;
  private missingUntil = 0;

  constructor(@Inject(userPoolConfig.KEY) userPool: PoolAddress, clock: Clock, log: Log) {
    super(new CognitoIdentityProviderClient(sdkOptions(userPool)), clock, log);
    this.userPoolId = userPool.userPoolId;
  }

  /** @throws AppError, also `cognito.credentials_missing` */
  override async send<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
    operation: CognitoOperation,
    command: Command<Input, Output>,
  ): Promise<Output> {
    await this.requireCredentials();
    return super.send(operation, command);
  }

  /**
   * The SDK caches credentials and renews them before they expire.
   * @throws AppError `cognito.credentials_missing`
   */
  async requireCredentials(): Promise<void> {
    if (this.clock.now().getTime() < this.missingUntil) throw new AppError('cognito.credentials_missing');
    try {
      await this.sdk.config.credentials();
    } catch (error) {
      const isLogged = this.clock.now().getTime() < this.missingUntil;
      this.missingUntil = this.clock.now().getTime() + credentialsRetryMs;
      // The provider's message lists the places it searched.
      const reason = types.isNativeError(error) ? error.name : undefined;
      if (!isLogged)
        this.log.warn('AWS credentials not found; admin operations disabled', { off: adminFeatures, reason });
      throw new AppError('cognito.credentials_missing', { cause: error });
    }
  }
}

const adminFeatures = [
  "the pool's password policy",
  'password resets for pool users whose status does not allow ForgotPassword',
  'sign-in with the old password after a reset request',
  'changes of e-mail addresses',
  'removing the second factors of a user',
  'disabling, enabling and deleting pool users',
  'the checks of the user pool at start',
  'noticing that the migration trigger is silent',
];

/** Its credential provider rejects, so that an operation that needs a signature does not search files and the network. */
export function createUnsignedClient(cognito: CognitoConfig): CognitoIdentityProviderClient {
  return new CognitoIdentityProviderClient({
    ...sdkOptions(cognito),
    credentials: () => Promise.reject(new Error('this client has no AWS credentials')),
  });
}

/** Sets every option that the SDK would otherwise read from files. */
function sdkOptions({
  region,
  endpoint,
}: Pick<PoolAddress, 'region' | 'endpoint'>): CognitoIdentityProviderClientConfig {
  return {
    region,
    ...(endpoint !== undefined && { endpoint }),
    // The SDK retries LimitExceededException as throttling and sends three requests against an hourly limit.
    maxAttempts: 1,
    retryMode: 'standard',
    defaultsMode: 'standard',
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    authSchemePreference: [],
    userAgentAppId: async () => undefined,
    requestHandler: {
      connectionTimeout: 2000,
      requestTimeout: defaultTimeout,
      // Without this the SDK logs a warning and continues to wait.
      throwOnRequestTimeout: true,
      // requestTimeout covers the response headers; this covers a stalled body.
      socketTimeout: triggerTimeout,
      httpAgent: { keepAlive: true, maxSockets },
      httpsAgent: { keepAlive: true, maxSockets },
    },
  };
}

/** A response of Cognito; any other error is a bug in this program. */
const isServiceException = (error: unknown): error is Error =>
  types.isNativeError(error) && '$metadata' in error;

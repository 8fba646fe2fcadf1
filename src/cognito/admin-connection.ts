import { types } from 'node:util';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '../platform/clock/clock.js';
import { Config } from '../platform/config/config.js';
import { AppError } from '../platform/errors/app-error.js';
import { Log } from '../platform/logging/log.js';
import { createAdminClient, type PoolAddress } from './cognito-client.js';
import { CognitoConnection, type Send } from './cognito-connection.js';
import type { Asked } from './exceptions.js';

/** Milliseconds. Looking for credentials can take seconds, and nobody should wait for it with every request. */
const lookAgainAfter = 60_000;

/** What needs AWS credentials: `Admin*`, and reading the pool's settings. */
@Injectable()
export class AdminConnection extends CognitoConnection implements OnApplicationBootstrap {
  readonly userPoolId: string;
  private missingUntil = 0;

  /** @param config the API's, or the little of it that a command has read */
  constructor(
    @Inject(Config) { cognito }: { cognito: PoolAddress },
    private readonly time: Clock,
    log: Log,
  ) {
    super(createAdminClient(cognito), time, log);
    this.userPoolId = cognito.userPoolId;
  }

  /** Not awaited: on some machines the SDK looks for a while, and most of Usher does without. */
  onApplicationBootstrap(): void {
    this.requireCredentials().catch(() => undefined);
  }

  /** @throws AppError `cognito.credentials_missing` */
  override async ask<Answer>(asked: Asked, send: Send<Answer>): Promise<Answer> {
    await this.requireCredentials();
    return super.ask(asked, send);
  }

  /**
   * The SDK keeps the credentials it finds, and finds new ones before they expire.
   * @throws AppError `cognito.credentials_missing`
   */
  async requireCredentials(): Promise<void> {
    if (this.time.now().getTime() < this.missingUntil) throw new AppError('cognito.credentials_missing');
    try {
      await this.client.config.credentials();
    } catch (error) {
      const isLogged = this.time.now().getTime() < this.missingUntil;
      this.missingUntil = this.time.now().getTime() + lookAgainAfter;
      // The provider's own text lists the places it looked in.
      const reason = types.isNativeError(error) ? error.name : undefined;
      if (!isLogged)
        this.log.warn('no AWS credentials: what needs them is off', { off: whatNeedsThem, reason });
      throw new AppError('cognito.credentials_missing', { cause: error });
    }
  }
}

const whatNeedsThem = [
  'the password policy',
  'resets of people whom the pool holds in a state without reset',
  'the old password after somebody asked for a reset',
  'changes of address',
  'disabling, enabling and erasing people in the pool',
  'the check at start whether users may change their own e-mail address in the pool',
];

import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock/clock.js';
import { Config } from '../platform/config/config.js';
import { Log } from '../platform/logging/log.js';
import { createCognitoClient } from './cognito-client.js';
import { CognitoConnection } from './cognito-connection.js';
import { secretHash } from './secret-hash.js';

/** What the app client may ask without AWS credentials. */
@Injectable()
export class AppClientConnection extends CognitoConnection {
  readonly clientId: string;
  readonly clientSecret: string | undefined;

  constructor({ cognito }: Config, clock: Clock, log: Log) {
    super(createCognitoClient(cognito), clock, log);
    this.clientId = cognito.clientId;
    this.clientSecret = cognito.clientSecret;
  }

  /** Undefined without a client secret. @param username exactly as sent in the same request */
  secretHash(username: string): string | undefined {
    return this.clientSecret === undefined
      ? undefined
      : secretHash(username, this.clientId, this.clientSecret);
  }
}

import { Injectable } from '@nestjs/common';
import { HealthParts } from '../platform/health/health-parts.js';
import { AdminConnection } from './admin-connection.js';
import { AppClientConnection } from './app-client-connection.js';
import { SigningKeys } from './signing-keys.js';

/** Without Cognito nobody signs in, and whoever has is served until the access token ends. */
@Injectable()
export class CognitoHealth {
  constructor(parts: HealthParts, keys: SigningKeys, appClient: AppClientConnection, admin: AdminConnection) {
    parts.add('cognito', () => keys.areKnown && appClient.isAnswering && admin.isAnswering);
  }
}

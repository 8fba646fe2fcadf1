import type { UserPoolClientType } from '@aws-sdk/client-cognito-identity-provider';
import { allowsRevocation } from '../state/client-rules.js';
import type { Client } from '../state/records.js';

export const presentClient = ({
  id,
  poolId,
  secret,
  settings,
  createdAt,
  modifiedAt,
}: Client): UserPoolClientType => ({
  RefreshTokenValidity: 30,
  TokenValidityUnits: {},
  AllowedOAuthFlowsUserPoolClient: false,
  EnablePropagateAdditionalUserContextData: false,
  AuthSessionValidity: 3,
  ...settings,
  UserPoolId: poolId,
  ClientId: id,
  ...(secret !== undefined && { ClientSecret: secret }),
  EnableTokenRevocation: allowsRevocation(settings),
  CreationDate: new Date(createdAt),
  LastModifiedDate: new Date(modifiedAt),
});

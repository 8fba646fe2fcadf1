import {
  DescribeUserPoolClientCommand,
  DescribeUserPoolCommand,
  GetLogDeliveryConfigurationCommand,
  GetProvisionedLimitCommand,
  GetUserPoolMfaConfigCommand,
  type GetUserPoolMfaConfigCommandOutput,
  type LogConfigurationType,
  type UserPoolClientType,
  type UserPoolType,
} from '@aws-sdk/client-cognito-identity-provider';
import { Injectable } from '@nestjs/common';
import { AppError } from '../common/errors/app-error.js';
import { CognitoAdminClient } from './cognito-client.js';

export type { LogConfigurationType, UserPoolClientType, UserPoolType };
export type UserPoolMfaConfig = Omit<GetUserPoolMfaConfigCommandOutput, '$metadata'>;

/**
 * Settings of the pool and its app clients as Cognito describes them, with AWS credentials.
 * @throws AppError as `CognitoAdminClient.send`
 */
@Injectable()
export class PoolSettingsReader {
  constructor(private readonly client: CognitoAdminClient) {}

  async describePool(): Promise<UserPoolType> {
    const command = new DescribeUserPoolCommand({ UserPoolId: this.client.userPoolId });
    const { UserPool } = await this.client.send('describe-pool', command);
    if (!UserPool) throw new AppError('cognito.unexpected_answer');
    return UserPool;
  }

  async describeAppClient(clientId: string): Promise<UserPoolClientType> {
    const command = new DescribeUserPoolClientCommand({
      UserPoolId: this.client.userPoolId,
      ClientId: clientId,
    });
    const { UserPoolClient } = await this.client.send('describe-app-client', command);
    if (!UserPoolClient) throw new AppError('cognito.unexpected_answer');
    return UserPoolClient;
  }

  async describeMfa(): Promise<UserPoolMfaConfig> {
    const command = new GetUserPoolMfaConfigCommand({ UserPoolId: this.client.userPoolId });
    const { $metadata: _metadata, ...config } = await this.client.send('describe-mfa', command);
    return config;
  }

  async describeLogDelivery(): Promise<LogConfigurationType[]> {
    const command = new GetLogDeliveryConfigurationCommand({ UserPoolId: this.client.userPoolId });
    const { LogDeliveryConfiguration } = await this.client.send('describe-log-delivery', command);
    return LogDeliveryConfiguration?.LogConfigurations ?? [];
  }

  /** @returns requests per second of the account in the Region, for all its pools; `undefined` if Cognito does not say */
  async limitOf(category: string): Promise<number | undefined> {
    const command = new GetProvisionedLimitCommand({
      LimitDefinition: { LimitClass: 'API_CATEGORY', Attributes: { Category: category } },
    });
    const { Limit } = await this.client.send('get-limit', command);
    return Limit?.ProvisionedLimitValue;
  }
}

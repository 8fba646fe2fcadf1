import {
  type FunctionConfiguration,
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
  LambdaClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type UserPoolConfig, userPoolConfig } from '../common/config/cognito.config.js';

export type { FunctionConfiguration };

/** A statement of a function's resource policy. The values are as Lambda returns them. */
export interface PolicyStatement {
  Sid?: string;
  Effect?: string;
  Principal?: string | Record<string, string | string[]>;
  Action?: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

/** Milliseconds. */
const timeout = 6000;

/** Configuration and resource policy of Lambda functions, with AWS credentials. The methods throw the SDK's errors. */
@Injectable()
export class TriggerFunctionReader implements OnApplicationShutdown {
  private readonly sdk: LambdaClient;

  constructor(@Inject(userPoolConfig.KEY) { region, lambdaEndpoint }: UserPoolConfig) {
    this.sdk = new LambdaClient({
      region,
      ...(lambdaEndpoint !== undefined && { endpoint: lambdaEndpoint }),
      maxAttempts: 2,
      requestHandler: { connectionTimeout: 2000, requestTimeout: timeout, throwOnRequestTimeout: true },
    });
  }

  /** @returns `undefined` if there is no such function */
  configurationOf(arn: string): Promise<FunctionConfiguration | undefined> {
    return undefinedIfNotFound(this.sdk.send(new GetFunctionConfigurationCommand({ FunctionName: arn })));
  }

  /** @returns no statements for a function without a policy, too */
  async policyOf(arn: string): Promise<PolicyStatement[]> {
    const found = await undefinedIfNotFound(this.sdk.send(new GetPolicyCommand({ FunctionName: arn })));
    const policy = JSON.parse(found?.Policy ?? '{}') as { Statement?: PolicyStatement[] };
    return policy.Statement ?? [];
  }

  onApplicationShutdown(): void {
    this.sdk.destroy();
  }
}

async function undefinedIfNotFound<Output>(output: Promise<Output>): Promise<Output | undefined> {
  try {
    return await output;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

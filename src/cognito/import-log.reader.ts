import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type UserPoolConfig, userPoolConfig } from '../common/config/cognito.config.js';
import type { UserImportJob } from './user-import-jobs.js';

/** Milliseconds. */
const timeout = 10_000;

/** The logs of user import jobs in CloudWatch Logs ("Viewing the user pool import results"), with AWS credentials. */
@Injectable()
export class ImportLogReader implements OnApplicationShutdown {
  private sdk: CloudWatchLogsClient | undefined;

  constructor(@Inject(userPoolConfig.KEY) private readonly userPool: UserPoolConfig) {}

  /**
   * @returns the messages of a job's log, page by page; none while there is no log
   * @throws the SDK's errors
   */
  async *read(job: UserImportJob, poolName: string): AsyncIterable<string[]> {
    // The API does not load this client.
    const { CloudWatchLogsClient, GetLogEventsCommand, ResourceNotFoundException } =
      await import('@aws-sdk/client-cloudwatch-logs');
    const { region, logsEndpoint, userPoolId } = this.userPool;
    this.sdk ??= new CloudWatchLogsClient({
      region,
      ...(logsEndpoint !== undefined && { endpoint: logsEndpoint }),
      maxAttempts: 8,
      requestHandler: { connectionTimeout: 2000, requestTimeout: timeout, throwOnRequestTimeout: true },
    });
    const stream = {
      logGroupName: `/aws/cognito/userpools/${userPoolId}/${poolName}`,
      logStreamName: `${job.id}/${job.name}`,
      startFromHead: true,
    };
    let nextToken: string | undefined;
    for (;;) {
      const command = new GetLogEventsCommand({ ...stream, ...(nextToken !== undefined && { nextToken }) });
      try {
        const { events = [], nextForwardToken } = await this.sdk.send(command);
        yield events.map(({ message = '' }) => message);
        // At the end CloudWatch returns the token of the request.
        if (nextForwardToken === undefined || nextForwardToken === nextToken) return;
        nextToken = nextForwardToken;
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return;
        throw error;
      }
    }
  }

  onApplicationShutdown(): void {
    this.sdk?.destroy();
  }
}

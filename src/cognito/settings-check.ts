import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { BackgroundWork } from '../platform/background/background-work.js';
import { Config } from '../platform/config/config.js';
import { isAppError } from '../platform/errors/app-error.js';
import { Log } from '../platform/logging/log.js';
import {
  findClientIssues,
  findPoolIssues,
  protectedAttributes,
  type SettingsIssue,
} from './settings-issues.js';
import { UserDirectory } from './user-directory.js';

/** Milliseconds until the next try, while Cognito cannot be asked. */
const retryAfter = 60_000;

const remedy = 'docs/production.md#attributes-that-users-may-change';

/** One description to read: the pool's, or that of one app client. */
interface Subject {
  clientId?: string;
  findIssues: () => Promise<SettingsIssue[]>;
}

/** At start: reads the settings of the pool and of every accepted app client, and raises an alarm for each issue. */
@Injectable()
export class SettingsCheck implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly work = new BackgroundWork(() => this.readAll(), retryAfter);
  private unread: Subject[];
  private stopped = false;

  constructor(
    directory: UserDirectory,
    @Inject(Config)
    { cognito }: { cognito: Pick<Config['cognito'], 'acceptedClientIds' | 'legacyIdAttribute'> },
    private readonly log: Log,
  ) {
    const attributes = protectedAttributes(cognito.legacyIdAttribute);
    this.unread = [
      { findIssues: async () => findPoolIssues(await directory.describePool()) },
      ...[...new Set(cognito.acceptedClientIds)].map((clientId) => ({
        clientId,
        findIssues: async () => findClientIssues(await directory.describeAppClient(clientId), attributes),
      })),
    ];
  }

  /** Not awaited: Usher starts while Cognito is away. */
  onApplicationBootstrap(): void {
    this.work.start();
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    void this.work.stop();
  }

  private async readAll(): Promise<boolean> {
    const remaining: Subject[] = [];
    for (const subject of this.unread) {
      if (this.stopped) return false;
      if (await this.isToBeReadAgain(subject)) remaining.push(subject);
    }
    this.unread = remaining;
    return false;
  }

  private async isToBeReadAgain({ clientId, findIssues }: Subject): Promise<boolean> {
    try {
      const issues = await findIssues();
      for (const issue of issues) this.raiseAlarm(issue);
      this.log.info('user pool settings checked', { clientId, issues: issues.length });
      return false;
    } catch (error) {
      // Without credentials the connection has logged that this check is off.
      if (this.stopped || isAppError(error, 'cognito.credentials_missing')) return false;
      const retries = isAppError(error, 'cognito.unavailable');
      this.log.warn('user pool settings not checked', { clientId, retries, error });
      return retries;
    }
  }

  private raiseAlarm(issue: SettingsIssue): void {
    const alarm = 'cognito.misconfigured';
    if (issue.kind === 'email_changes_unverified') {
      const message = 'the user pool replaces an e-mail address before the new one is verified';
      this.log.error(message, { alarm, attributes: ['email'], remedy });
      return;
    }
    const { clientId, attributes, identityProviders } = issue;
    const message = 'an app client lets users change attributes that identify them';
    this.log.error(message, { alarm, clientId, attributes, identityProviders, remedy });
  }
}

import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { PollingWorker } from '../jobs/polling-worker.js';
import { type CognitoConfig, cognitoConfig } from '../common/config/cognito.config.js';
import { isAppError } from '../common/errors/app-error.js';
import { Log } from '../common/logging/log.js';
import { type AppClientSettings, type PoolSettings, UserDirectory } from './user-directory.js';

/** Milliseconds until the next attempt while Cognito is unavailable. */
const retryAfter = 60_000;

const remedy = 'docs/production.md#attributes-that-users-may-change';

interface Subject {
  /** Absent for the pool itself. */
  clientId?: string;
  findIssues: () => Promise<SettingsIssue[]>;
}

/** At start: reads the settings of the pool and of every accepted app client, and raises an alarm for each issue. */
@Injectable()
export class SettingsCheck implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly work = new PollingWorker(() => this.checkAll(), retryAfter);
  private unchecked: Subject[];
  private stopped = false;

  constructor(
    directory: UserDirectory,
    @Inject(cognitoConfig.KEY)
    cognito: Pick<CognitoConfig, 'acceptedClientIds' | 'legacyIdAttribute'>,
    private readonly log: Log,
  ) {
    const attributes = protectedAttributes(cognito.legacyIdAttribute);
    this.unchecked = [
      { findIssues: async () => findPoolIssues(await directory.describePool()) },
      ...[...new Set(cognito.acceptedClientIds)].map((clientId) => ({
        clientId,
        findIssues: async () => findClientIssues(await directory.describeAppClient(clientId), attributes),
      })),
    ];
  }

  /** Not awaited: Usher starts while Cognito is unavailable. */
  onApplicationBootstrap(): void {
    this.work.start();
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    void this.work.stop();
  }

  private async checkAll(): Promise<boolean> {
    const remaining: Subject[] = [];
    for (const subject of this.unchecked) {
      if (this.stopped) return false;
      if ((await this.check(subject)) === 'retry') remaining.push(subject);
    }
    this.unchecked = remaining;
    return false;
  }

  private async check({ clientId, findIssues }: Subject): Promise<'done' | 'retry'> {
    try {
      const issues = await findIssues();
      for (const issue of issues) this.raiseAlarm(issue);
      this.log.info('user pool settings checked', { clientId, issues: issues.length });
      return 'done';
    } catch (error) {
      // CognitoAdminClient has logged that this check is disabled.
      if (this.stopped || isAppError(error, 'cognito.credentials_missing')) return 'done';
      const retries = isAppError(error, 'cognito.unavailable');
      this.log.warn('user pool settings not checked', { clientId, retries, error });
      return retries ? 'retry' : 'done';
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

/** A setting of the user pool or an app client that allows account takeover with an access token. */
export type SettingsIssue =
  | { kind: 'email_changes_unverified' }
  | {
      kind: 'attributes_writable';
      clientId: string;
      /** Writable ones of `protectedAttributes`. */
      attributes: string[];
      /** A federating client needs its mapped attributes writable (docs/production.md). */
      identityProviders: string[];
    };

/**
 * Attributes that identify a user; `UpdateUserAttributes` needs only an access token.
 * @param legacyIdAttribute the Lambda's `LEGACY_ID_ATTRIBUTE`, if known
 */
export const protectedAttributes = (legacyIdAttribute?: string): string[] => [
  ...new Set([
    'email',
    'email_verified',
    'phone_number',
    'phone_number_verified',
    'custom:rails_app_id',
    ...(legacyIdAttribute === undefined ? [] : [legacyIdAttribute]),
  ]),
];

/** For a client without a list: "the Standard attributes of your user pool" (API reference, `WriteAttributes`). */
const writableByDefault = ['email', 'phone_number'];

export function findPoolIssues({ verifiedBeforeUpdate }: PoolSettings): SettingsIssue[] {
  return verifiedBeforeUpdate.includes('email') ? [] : [{ kind: 'email_changes_unverified' }];
}

export function findClientIssues(
  { clientId, writeAttributes = writableByDefault, identityProviders }: AppClientSettings,
  protectedNames: string[],
): SettingsIssue[] {
  const attributes = protectedNames.filter((name) => writeAttributes.includes(name));
  return attributes.length === 0
    ? []
    : [{ kind: 'attributes_writable', clientId, attributes, identityProviders }];
}

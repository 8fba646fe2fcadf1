import { emailSpellings } from '#contracts';
import {
  AdminCreateUserCommand,
  AdminDeleteUserCommand,
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminGetUserCommand,
  type AdminGetUserCommandOutput,
  AdminListGroupsForUserCommand,
  AdminResetUserPasswordCommand,
  AdminSetUserMFAPreferenceCommand,
  AdminSetUserPasswordCommand,
  AdminUpdateUserAttributesCommand,
  AdminUserGlobalSignOutCommand,
  type AttributeType,
  DescribeUserPoolCommand,
  ListUsersCommand,
  type PasswordPolicyType,
  type UserPoolType,
  type UserType,
} from '@aws-sdk/client-cognito-identity-provider';
import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock/clock.js';
import { AppError, isAppError } from '../common/errors/app-error.js';
import { requestContext } from '../common/http/request-context.js';
import { Log } from '../common/logging/log.js';
import type { Language } from '../i18n/languages.js';
import { toClientMetadata } from './client-metadata.js';
import { CognitoAdminClient } from './cognito-client.js';

export interface PoolUser {
  /** In a pool with addresses as user names, the `sub`. */
  username: string;
  sub: string;
  email: string | undefined;
  emailVerified: boolean;
  /** Cognito's `UserStatus`, such as `CONFIRMED`, `RESET_REQUIRED`, `FORCE_CHANGE_PASSWORD`, `UNCONFIRMED`. */
  status: string;
  enabled: boolean;
  createdAt: Date;
  /** Changes with the password and attributes, not with sign-ins. */
  modifiedAt: Date;
}

/** A pool user with what `ListUsers` does not tell. */
export interface PoolUserDetails extends PoolUser {
  /** A second factor is set up. */
  hasSecondFactor: boolean;
}

/** Cognito's `PasswordPolicyType`. */
export interface PoolPasswordPolicy {
  minimumLength: number;
  requireUppercase: boolean;
  requireLowercase: boolean;
  requireNumbers: boolean;
  requireSymbols: boolean;
  /** Number of previous passwords that are refused; 0: none. */
  passwordHistorySize: number;
  temporaryPasswordValidityDays: number;
}

/** An attribute of the pool's schema. */
export interface PoolAttribute {
  name: string;
  /** Users cannot be created without it. */
  required: boolean;
  /** In characters; `undefined` if the schema has no limit. */
  maxLength: number | undefined;
}

/** Valid user names (API reference, AdminGetUser). */
const usernamePattern = /^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u;

/** Milliseconds. `DescribeUserPool` has a low quota. */
const policyTtl = 5 * 60 * 1000;

/** The maximum of `ListUsers`. */
const pageSize = 60;

/** A third of the quota of 30 requests a second ("Quotas in Amazon Cognito", category UserList). */
const usualPagesPerSecond = 10;

/** Milliseconds, about 200 seconds in total. The quota is shared, so one throttled page must not abort a listing. */
const pageRetryDelays = [1000, 2000, 5000, 10_000, 20_000, 40_000, 60_000, 60_000];

/**
 * Administration of the pool with AWS credentials.
 * @throws AppError `cognito.credentials_missing` (501) without them, `request.not_found` for an unknown user, and the errors
 * of `IdentityProvider`
 */
@Injectable()
export class UserDirectory {
  private policy: { value: PoolPasswordPolicy; until: number } | undefined;

  constructor(
    private readonly client: CognitoAdminClient,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  get userPoolId(): string {
    return this.client.userPoolId;
  }

  /** For work that must not begin without credentials. @throws AppError `cognito.credentials_missing` */
  requireCredentials(): Promise<void> {
    return this.client.requireCredentials();
  }

  /**
   * Looks an address up in all its spellings; prefers a user who has confirmed the address.
   * @param name a user name, a `sub` (in a pool where it is the user name) or an address
   */
  async find(name: string): Promise<PoolUser | undefined> {
    const found = await Promise.all(emailSpellings(name).map((spelling) => this.findExactly(spelling)));
    const users = found.filter((user) => user !== undefined);
    return users.find(({ status }) => status !== 'UNCONFIRMED') ?? users[0];
  }

  /** @param username a user name or a `sub` */
  async findExactly(username: string): Promise<PoolUserDetails | undefined> {
    if (!usernamePattern.test(username)) return undefined;
    const output = await undefinedIfNotFound(() => this.read(username));
    if (output === undefined) return undefined;
    const { UserMFASettingList: factors = [], MFAOptions: oldFactors = [] } = output;
    const user = toPoolUser({ ...output, Attributes: output.UserAttributes });
    return { ...user, hasSecondFactor: factors.length + oldFactors.length > 0 };
  }

  /** @throws AppError `request.not_found` */
  async isInGroup(username: string): Promise<boolean> {
    const command = new AdminListGroupsForUserCommand({ ...this.userKey(username), Limit: 1 });
    const { Groups: groups = [] } = await this.client.send('list-user-groups', command);
    return groups.length > 0;
  }

  /**
   * Mails a reset code to a user in `CONFIRMED`: the status becomes `RESET_REQUIRED`, and the password no longer works.
   * @throws AppError `passwords.reset_not_started` if Cognito cannot send a code
   */
  async resetPassword(username: string): Promise<void> {
    await this.client.send('reset-password', new AdminResetUserPasswordCommand(this.userKey(username)));
  }

  /** All users, page by page, by default at a third of the account's quota for `ListUsers` in the Region. */
  async *list({ pagesPerSecond = usualPagesPerSecond } = {}): AsyncIterable<PoolUser[]> {
    let token: string | undefined;
    do {
      const { Users = [], PaginationToken } = await this.withPageRetries(() =>
        this.client.send(
          'list-users',
          new ListUsersCommand({
            UserPoolId: this.client.userPoolId,
            Limit: pageSize,
            PaginationToken: token,
          }),
        ),
      );
      yield Users.map(toPoolUser);
      token = PaginationToken;
      if (token !== undefined) await this.clock.sleep(1000 / pagesPerSecond);
    } while (token !== undefined);
  }

  /** An unknown user is no error. */
  async delete(username: string): Promise<void> {
    await undefinedIfNotFound(() =>
      this.client.send('delete-user', new AdminDeleteUserCommand(this.userKey(username))),
    );
  }

  /** Sets a permanent password; the status becomes `CONFIRMED`. @throws AppError `passwords.policy`, `passwords.reused` */
  async setPassword(username: string, password: string): Promise<void> {
    await this.client.send(
      'set-password',
      new AdminSetUserPasswordCommand({
        ...this.userKey(username),
        Password: password,
        Permanent: true,
      }),
    );
  }

  /**
   * Mails a new temporary password to a user in `FORCE_CHANGE_PASSWORD`; no effect in other states.
   * @param language of the mail, for the pool's CustomMessage trigger
   */
  async inviteAgain(username: string, language: Language): Promise<void> {
    try {
      await this.client.send(
        'invite-again',
        new AdminCreateUserCommand({
          ...this.userKey(username),
          MessageAction: 'RESEND',
          DesiredDeliveryMediums: ['EMAIL'],
          ClientMetadata: toClientMetadata({ requestId: requestContext()?.id, language }),
        }),
      );
    } catch (error) {
      if (!isAppError(error, 'passwords.reset_not_started')) throw error;
      // Not reported to the caller (ADR 4).
      this.log.warn('invitation not sent', { error: error.cause });
    }
  }

  /** Sets a verified address. @throws AppError `auth.account_link_conflict` when another user has it, in any spelling */
  async changeEmail(username: string, email: string): Promise<void> {
    await this.requireFreeAddress(username, email);
    await this.client.send(
      'change-email',
      new AdminUpdateUserAttributesCommand({
        ...this.userKey(username),
        UserAttributes: [
          { Name: 'email', Value: email },
          // Accepted only together with the address.
          { Name: 'email_verified', Value: 'true' },
        ],
      }),
    );
  }

  /** Also revokes all sessions of the user. */
  async disable(username: string): Promise<void> {
    await this.client.send('disable-user', new AdminDisableUserCommand(this.userKey(username)));
    await this.signOutEverywhere(username);
  }

  async enable(username: string): Promise<void> {
    await this.client.send('enable-user', new AdminEnableUserCommand(this.userKey(username)));
  }

  /** Revokes all sessions of the user. */
  async signOutEverywhere(username: string): Promise<void> {
    await this.client.send('sign-user-out', new AdminUserGlobalSignOutCommand(this.userKey(username)));
  }

  /** Disables all second factors. Can be repeated. */
  async removeFactors(username: string): Promise<void> {
    const { UserMFASettingList: on = [] } = await this.read(username);
    const off = { Enabled: false, PreferredMfa: false };
    // Only factors that are on: a pool without SMS or e-mail factors can reject their settings.
    await this.client.send(
      'remove-factors',
      new AdminSetUserMFAPreferenceCommand({
        ...this.userKey(username),
        SoftwareTokenMfaSettings: off,
        ...(on.includes('SMS_MFA') && { SMSMfaSettings: off }),
        ...(on.some((name) => name.startsWith('EMAIL_')) && { EmailMfaSettings: off }),
      }),
    );
  }

  /** Cached for five minutes. */
  async passwordPolicy(): Promise<PoolPasswordPolicy> {
    const now = this.clock.now().getTime();
    if (this.policy && now < this.policy.until) return this.policy.value;
    const value = toPasswordPolicy((await this.readPool()).Policies?.PasswordPolicy);
    this.policy = { value, until: now + policyTtl };
    return value;
  }

  async describeSchema(): Promise<PoolAttribute[]> {
    const { SchemaAttributes: attributes = [] } = await this.readPool();
    return attributes.map(({ Name: name = '', Required, StringAttributeConstraints: constraints }) => ({
      name,
      required: Required ?? false,
      maxLength: constraints?.MaxLength === undefined ? undefined : Number(constraints.MaxLength),
    }));
  }

  private async readPool(): Promise<UserPoolType> {
    const { UserPool } = await this.client.send(
      'describe-pool',
      new DescribeUserPoolCommand({ UserPoolId: this.client.userPoolId }),
    );
    if (!UserPool) throw new AppError('cognito.unexpected_answer');
    return UserPool;
  }

  /** Cognito itself compares addresses as strings, and only one spelling. */
  private async requireFreeAddress(username: string, email: string): Promise<void> {
    if (emailSpellings(email).length === 1) return;
    const owner = await this.find(email);
    if (owner && owner.username !== username && owner.sub !== username)
      throw new AppError('auth.account_link_conflict');
  }

  private async withPageRetries<Page>(readPage: () => Promise<Page>): Promise<Page> {
    for (const delay of pageRetryDelays) {
      try {
        return await readPage();
      } catch (error) {
        if (!isAppError(error, 'cognito.unavailable')) throw error;
        this.log.warn('Cognito unavailable; retrying', { error: error.cause });
      }
      await this.clock.sleep(delay);
    }
    return readPage();
  }

  private read(username: string): Promise<AdminGetUserCommandOutput> {
    return this.client.send('find-user', new AdminGetUserCommand(this.userKey(username)));
  }

  private userKey(username: string): { UserPoolId: string; Username: string } {
    return { UserPoolId: this.client.userPoolId, Username: username };
  }
}

async function undefinedIfNotFound<Output>(send: () => Promise<Output>): Promise<Output | undefined> {
  try {
    return await send();
  } catch (error) {
    if (isAppError(error, 'request.not_found')) return undefined;
    throw error;
  }
}

function toPoolUser({ Username, UserStatus, Enabled, Attributes, ...dates }: UserType): PoolUser {
  const attributes = toMap(Attributes);
  const sub = attributes.get('sub');
  if (!Username || !UserStatus || !sub) throw new AppError('cognito.unexpected_answer');
  return {
    username: Username,
    sub,
    email: attributes.get('email'),
    emailVerified: attributes.get('email_verified') === 'true',
    status: UserStatus,
    enabled: Enabled ?? false,
    createdAt: dates.UserCreateDate ?? new Date(0),
    modifiedAt: dates.UserLastModifiedDate ?? new Date(0),
  };
}

const toMap = (attributes: AttributeType[] = []): Map<string | undefined, string | undefined> =>
  new Map(attributes.map(({ Name, Value }) => [Name, Value]));

/** Cognito's defaults for a pool without a policy ("Adding user pool password requirements"). */
function toPasswordPolicy(policy: PasswordPolicyType | undefined): PoolPasswordPolicy {
  return {
    minimumLength: policy?.MinimumLength ?? 8,
    requireUppercase: policy?.RequireUppercase ?? policy === undefined,
    requireLowercase: policy?.RequireLowercase ?? policy === undefined,
    requireNumbers: policy?.RequireNumbers ?? policy === undefined,
    requireSymbols: policy?.RequireSymbols ?? policy === undefined,
    passwordHistorySize: policy?.PasswordHistorySize ?? 0,
    temporaryPasswordValidityDays: policy?.TemporaryPasswordValidityDays || 7,
  };
}

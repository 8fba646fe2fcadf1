import { emailSpellings } from '#contracts';
import {
  AdminCreateUserCommand,
  AdminDeleteUserCommand,
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminGetUserCommand,
  AdminSetUserPasswordCommand,
  AdminUpdateUserAttributesCommand,
  AdminUserGlobalSignOutCommand,
  type AttributeType,
  DescribeUserPoolClientCommand,
  DescribeUserPoolCommand,
  ListUsersCommand,
  type PasswordPolicyType,
  type UserPoolType,
  type UserType,
} from '@aws-sdk/client-cognito-identity-provider';
import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock/clock.js';
import { AppError, isAppError } from '../platform/errors/app-error.js';
import { Log } from '../platform/logging/log.js';
import { AdminConnection } from './admin-connection.js';
import {
  type AppClientSettings,
  type PasswordPolicy,
  type PoolSettings,
  type PoolUser,
  UserDirectory,
} from './user-directory.js';

/** What Cognito takes for a user name (API reference, AdminGetUser); it answers anything else with an error. */
const usernames = /^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u;

/** Milliseconds. `DescribeUserPool` has a low quota, and policies hardly ever change. */
const policyKept = 5 * 60 * 1000;

/** The most that `ListUsers` answers at once. */
const pageSize = 60;

/** Milliseconds. A third of the quota, which is 30 a second ("Quotas in Amazon Cognito", category UserList). */
const betweenPages = 100;

/** Milliseconds: four minutes in all. */
const pauses = [1000, 2000, 5000, 10_000, 20_000, 40_000, 60_000, 60_000];

/** Amazon Cognito through the AWS SDK, with AWS credentials. */
@Injectable()
export class CognitoUserDirectory extends UserDirectory {
  private policy: { value: PasswordPolicy; until: number } | undefined;

  constructor(
    private readonly cognito: AdminConnection,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    super();
  }

  requireCredentials(): Promise<void> {
    return this.cognito.requireCredentials();
  }

  async find(name: string): Promise<PoolUser | undefined> {
    const found = await Promise.all(emailSpellings(name).map((spelling) => this.findExactly(spelling)));
    const users = found.filter((user) => user !== undefined);
    return users.find(({ status }) => status !== 'UNCONFIRMED') ?? users[0];
  }

  private async findExactly(username: string): Promise<PoolUser | undefined> {
    if (!usernames.test(username)) return undefined;
    const command = new AdminGetUserCommand(this.named(username));
    const answer = await unlessUnknown(() =>
      this.cognito.ask('find-user', (client, options) => client.send(command, options)),
    );
    return answer && toPoolUser({ ...answer, Attributes: answer.UserAttributes });
  }

  async *list(): AsyncIterable<PoolUser[]> {
    let token: string | undefined;
    do {
      const command = new ListUsersCommand({
        UserPoolId: this.cognito.userPoolId,
        Limit: pageSize,
        PaginationToken: token,
      });
      const { Users = [], PaginationToken } = await this.patiently(() =>
        this.cognito.ask('list-users', (client, options) => client.send(command, options)),
      );
      yield Users.map(toPoolUser);
      token = PaginationToken;
      if (token !== undefined) await this.clock.sleep(betweenPages);
    } while (token !== undefined);
  }

  async delete(username: string): Promise<void> {
    const command = new AdminDeleteUserCommand(this.named(username));
    await unlessUnknown(() =>
      this.cognito.ask('delete-user', (client, options) => client.send(command, options)),
    );
  }

  async setPassword(username: string, password: string): Promise<void> {
    const command = new AdminSetUserPasswordCommand({
      ...this.named(username),
      Password: password,
      Permanent: true,
    });
    await this.cognito.ask('set-password', (client, options) => client.send(command, options));
  }

  async inviteAgain(username: string): Promise<void> {
    const command = new AdminCreateUserCommand({
      ...this.named(username),
      MessageAction: 'RESEND',
      DesiredDeliveryMediums: ['EMAIL'],
    });
    try {
      await this.cognito.ask('invite-again', (client, options) => client.send(command, options));
    } catch (error) {
      if (!isAppError(error, 'passwords.reset_not_started')) throw error;
      // As with reset codes: the caller must not learn of it, but an operator with a dead mail set-up must.
      this.log.warn('no invitation was sent', { error: error.cause });
    }
  }

  async changeEmail(username: string, email: string): Promise<void> {
    await this.refuseTakenSpelling(username, email);
    const command = new AdminUpdateUserAttributesCommand({
      ...this.named(username),
      UserAttributes: [
        { Name: 'email', Value: email },
        // Cognito takes it only together with the address.
        { Name: 'email_verified', Value: 'true' },
      ],
    });
    await this.cognito.ask('change-email', (client, options) => client.send(command, options));
  }

  async disable(username: string): Promise<void> {
    const command = new AdminDisableUserCommand(this.named(username));
    await this.cognito.ask('disable-user', (client, options) => client.send(command, options));
  }

  async enable(username: string): Promise<void> {
    const command = new AdminEnableUserCommand(this.named(username));
    await this.cognito.ask('enable-user', (client, options) => client.send(command, options));
  }

  async signOutEverywhere(username: string): Promise<void> {
    const command = new AdminUserGlobalSignOutCommand(this.named(username));
    await this.cognito.ask('sign-user-out', (client, options) => client.send(command, options));
  }

  async passwordPolicy(): Promise<PasswordPolicy> {
    const now = this.clock.now().getTime();
    if (this.policy && now < this.policy.until) return this.policy.value;
    const value = toPasswordPolicy((await this.readPool()).Policies?.PasswordPolicy);
    this.policy = { value, until: now + policyKept };
    return value;
  }

  async describePool(): Promise<PoolSettings> {
    const { UserAttributeUpdateSettings: settings } = await this.readPool();
    return { verifiedBeforeUpdate: settings?.AttributesRequireVerificationBeforeUpdate ?? [] };
  }

  async describeAppClient(clientId: string): Promise<AppClientSettings> {
    const command = new DescribeUserPoolClientCommand({
      UserPoolId: this.cognito.userPoolId,
      ClientId: clientId,
    });
    const { UserPoolClient: found } = await this.cognito.ask('describe-app-client', (client, options) =>
      client.send(command, options),
    );
    if (!found) throw new AppError('cognito.unexpected_answer');
    const { WriteAttributes: written = [], SupportedIdentityProviders: providers = [] } = found;
    return {
      clientId,
      // An empty list is no list: Cognito answers none where the client has the default.
      writeAttributes: written.length > 0 ? written : undefined,
      identityProviders: providers.filter((name) => name !== 'COGNITO'),
    };
  }

  private async readPool(): Promise<UserPoolType> {
    const command = new DescribeUserPoolCommand({ UserPoolId: this.cognito.userPoolId });
    const { UserPool } = await this.cognito.ask('describe-pool', (client, options) =>
      client.send(command, options),
    );
    if (!UserPool) throw new AppError('cognito.unexpected_answer');
    return UserPool;
  }

  /** Cognito itself compares addresses as text. */
  private async refuseTakenSpelling(username: string, email: string): Promise<void> {
    if (emailSpellings(email).length === 1) return;
    const owner = await this.find(email);
    if (owner && owner.username !== username && owner.sub !== username)
      throw new AppError('auth.account_link_conflict');
  }

  /** The quota is shared: a page that is refused must not be the end of hours of reading. */
  private async patiently<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    for (const pause of pauses) {
      try {
        return await ask();
      } catch (error) {
        if (!isAppError(error, 'cognito.unavailable')) throw error;
        this.log.warn('Cognito cannot be asked now: trying again', { error: error.cause });
      }
      await this.clock.sleep(pause);
    }
    return ask();
  }

  private named(username: string): { UserPoolId: string; Username: string } {
    return { UserPoolId: this.cognito.userPoolId, Username: username };
  }
}

async function unlessUnknown<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await ask();
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

/** A pool without a policy of its own has Cognito's defaults ("Adding user pool password requirements"). */
function toPasswordPolicy(policy: PasswordPolicyType | undefined): PasswordPolicy {
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

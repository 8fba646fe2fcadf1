import { readConfiguration } from '../src/config/configuration.js';
import { readMessageSettings } from '../src/config/message-settings.js';
import { createHandler, type Handler } from '../src/create-handler.js';
import type { TriggerEvent } from '../src/trigger-event.js';
import { FakeUsher } from './fake-usher.js';

export const TOKEN = 'canary-token-51c0';
export const PASSWORD = 'canary-password-77e1';
export const TRY_LATER = 'This is not possible right now. Please try again in a few minutes';

/** Responses of the original Rails endpoint for an unknown user and for Alice. */
export const railsUnknown = {
  id: null,
  first_name: null,
  last_name: null,
  email: null,
  authentication_hash: null,
  user_exists: false,
  success: false,
};
export const railsAlice = {
  id: 7,
  first_name: 'Alice',
  last_name: 'Liddell',
  email: 'Alice@Example.com',
  authentication_hash: 'canary-hash',
  user_exists: true,
  success: true,
};

/** Responses of Usher have three more keys. */
export const usherUnknown = {
  ...railsUnknown,
  email_verified: false,
  password_reset_allowed: false,
  sign_up_allowed: true,
};
export const usherAlice = {
  ...railsAlice,
  email_verified: true,
  password_reset_allowed: true,
  sign_up_allowed: false,
};

export function trigger(triggerSource: string, request: TriggerEvent['request'] = {}): TriggerEvent {
  const nothing = { userAttributes: null, finalUserStatus: null, messageAction: null };
  return { triggerSource, userName: 'Alice@Example.com', request, response: nothing };
}

export const signIn = (password = PASSWORD) => trigger('UserMigration_Authentication', { password });
export const forgot = () => trigger('UserMigration_ForgotPassword');
export const signUp = () => trigger('PreSignUp_SignUp', { userAttributes: { email: 'new@example.com' } });

export const remaining = (ms: number) => ({
  awsRequestId: 'request-1',
  getRemainingTimeInMillis: () => ms,
});

export const unhurried = remaining(5_000);

/** Long enough for a response, short enough for tests of a timeout. */
export const hurried = remaining(650);

/** The handler, a server in place of the API, and the lines written to stdout. */
export class LambdaUnderTest {
  usher: FakeUsher;
  handler: Handler;
  logged: string[];
  private readonly write = process.stdout.write.bind(process.stdout);

  async start(): Promise<void> {
    this.usher = new FakeUsher();
    await this.usher.start();
    await this.configure();
    this.logged = [];
    process.stdout.write = (line) => {
      this.logged.push(String(line));
      return true;
    };
  }

  async stop(): Promise<void> {
    process.stdout.write = this.write;
    await this.usher.stop();
  }

  async configure(more: Record<string, string> = {}): Promise<void> {
    const environment = { MIGRATION_API_URL: this.usher.url, MIGRATION_ACCESS_TOKEN: TOKEN, ...more };
    this.handler = await createHandler(readConfiguration(environment), () =>
      readMessageSettings(environment),
    );
  }
}

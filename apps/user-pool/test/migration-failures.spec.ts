import { describe, expect, it } from '@jest/globals';
import { email, generic, knows, oldPassword, openMigratingPool } from './migrating-pool.js';
import { refusal } from './support.js';

const { lambda, pool, legacy, users, start } = openMigratingPool();

describe('a failed migration trigger', () => {
  const thrown = {
    name: 'UserLambdaValidationException',
    message: 'UserMigration failed with error Try later.',
  };
  const failure = { errorType: 'Error', errorMessage: 'Try later' };

  it('passes the thrown message to the caller', async () => {
    await start((_event, response) => {
      response.setHeader('x-amz-function-error', 'Unhandled');
      return failure;
    });
    expect(await refusal(pool.signIn(email, oldPassword))).toEqual(thrown);
    expect(lambda.events).toHaveLength(1);
  });

  it('reads the error of the runtime emulator, which omits the error header', async () => {
    await start(() => failure);
    expect(await refusal(pool.signIn(email, oldPassword))).toEqual(thrown);
    expect(await users()).toEqual([]);
  });

  it('is invoked three times when it times out', async () => {
    await start(() => undefined);
    expect(await refusal(pool.signIn(email, oldPassword))).toEqual({
      name: 'UnexpectedLambdaException',
      message: 'UserMigration invocation failed due to error Socket timeout while invoking Lambda function.',
    });
    expect(lambda.events).toHaveLength(3);
  });

  it('succeeds when the third attempt gets a response', async () => {
    await start((event, response) => {
      if (lambda.events.length < 3) return void response.destroy();
      return knows(event);
    });
    expect((await pool.signIn(email, oldPassword)).AuthenticationResult).toBeDefined();
  });

  it('is retried while the runtime emulator is busy', async () => {
    await start((event, response) => {
      if (lambda.events.length > 2) return knows(event);
      response.writeHead(400).end();
      return undefined;
    });
    expect((await pool.signIn(email, oldPassword)).AuthenticationResult).toBeDefined();
  });

  it('is reported when the response is invalid', async () => {
    await start(() => 'yes');
    expect(await refusal(pool.signIn(email, oldPassword))).toEqual({
      name: 'InvalidLambdaResponseException',
      message: 'Unrecognizable lambda output',
    });
  });

  it.each([
    [{ finalUserStatus: 'YES' }, 'Error during migration: invalid finalUserStatus'],
    [{ messageAction: 'RESEND' }, 'Error during migration: invalid messageAction'],
    [{ desiredDeliveryMediums: ['PIGEON'] }, 'Error during migration: invalid desiredDeliveryMediums'],
    [
      { userAttributes: { email, 'custom:nope': '1' } },
      'Attributes did not conform to the schema: custom:nope: Attribute does not exist in the schema.',
    ],
    [
      { userAttributes: { name: 'Old' } },
      'Attributes did not conform to the schema: email: The attribute is required',
    ],
  ])('is reported for the response %j', async (response, message) => {
    await start((event) => knows(event, response));
    expect(await refusal(legacy.signIn(email, oldPassword))).toEqual({
      name: 'UserNotFoundException',
      message,
    });
    expect(await refusal(pool.signIn(email, oldPassword))).toEqual(generic);
    expect(await users()).toEqual([]);
  });

  it('is reported when the function cannot be invoked', async () => {
    await start((_event, response) => void response.writeHead(403).end());
    expect(await refusal(legacy.signIn(email, oldPassword))).toEqual({
      name: 'UserNotFoundException',
      message: `Exception migrating user in app client ${legacy.clientId}`,
    });
  });
});

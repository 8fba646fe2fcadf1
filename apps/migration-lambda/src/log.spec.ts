import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { brokenConnection, json, silence, text } from '../test/fake-usher.js';
import {
  forgot,
  hurried,
  LambdaUnderTest,
  PASSWORD,
  signIn,
  signUp,
  TOKEN,
  unhurried,
  usherAlice,
} from '../test/lambda.js';

const lambda = new LambdaUnderTest();
beforeEach(() => lambda.start());
afterEach(async () => {
  jest.restoreAllMocks();
  await lambda.stop();
});

describe('the log', () => {
  it('contains one line per event with outcome and request id', async () => {
    lambda.usher.willReply(json(usherAlice));
    await lambda.handler(signIn(), unhurried);
    expect(lambda.logged).toHaveLength(1);
    expect(lambda.logged[0]).toMatch(/^[^\n]+\n$/);
    expect(JSON.parse(lambda.logged[0] ?? '')).toEqual({
      level: 'info',
      msg: 'trigger answered',
      requestId: 'request-1',
      triggerSource: 'UserMigration_Authentication',
      outcome: 'migrated',
      ms: expect.any(Number),
    });
  });

  it('distinguishes a refused sign-up from an error', async () => {
    lambda.usher.willReply(json(usherAlice));
    await lambda.handler(signUp(), unhurried).catch(() => {});
    expect(JSON.parse(lambda.logged[0] ?? '')).toMatchObject({ level: 'info', outcome: 'sign_up_refused' });
  });

  it.each([
    ['migrated', json(usherAlice)],
    ['not_migrated', json({ ...usherAlice, success: false })],
    ['failed', text(`${TOKEN} ${PASSWORD} alice@example.com`, 500)],
    ['failed', text(`{"email": "alice@example.com", ${PASSWORD}`)],
    ['failed', json({ ...usherAlice, id: [PASSWORD] })],
    ['failed', brokenConnection],
    ['failed', silence],
  ])('contains no secret when the outcome is %s', async (outcome, reply) => {
    const stderr = jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
    lambda.usher.willReply(reply);
    const thrown = await lambda.handler(signIn(), hurried).then(
      () => '',
      (error: Error) => `${error.stack}`,
    );
    await lambda.handler(forgot(), hurried).catch(() => {});
    await lambda.handler(signUp(), hurried).catch(() => {});
    const errors = stderr.mock.calls.map(([line]) => String(line));
    expect(lambda.logged.join('')).toContain(`"outcome":"${outcome}"`);
    expect([...lambda.logged, ...errors, thrown].join('\n')).not.toMatch(/canary|example\.com/i);
  });
});

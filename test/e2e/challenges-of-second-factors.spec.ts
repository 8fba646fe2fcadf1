import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ChallengeResponse } from '#contracts';
import { json } from '../support/fakes/cognito-proxy.js';
import {
  answerTo,
  challengeOf,
  createPoolUser,
  lastCode,
  poolPassword,
  setMfa,
  useFactors,
} from '../support/builders/pool-users.js';
import { openUsher, startUsher } from '../support/drivers/usher.js';

const allFactors = {
  MfaConfiguration: 'OPTIONAL',
  SoftwareTokenMfaConfiguration: { Enabled: true },
  SmsMfaConfiguration: {},
  EmailMfaConfiguration: {},
} as const;

const usher = openUsher();
beforeAll(async () => {
  await setMfa(usher, allFactors);
});

const signIn = async (email: string) => challengeOf(await usher.api.signIn(email, poolPassword));

/** A user with a mailed code as second factor. */
async function withMail(email: string): Promise<ChallengeResponse> {
  await createPoolUser(usher, email);
  await useFactors(usher, email, 'EMAIL');
  return signIn(email);
}

/** Six digits that differ from these. */
const otherThan = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

async function expectWrong(challenge: ChallengeResponse, answers: Record<string, string>): Promise<void> {
  const { status, body } = await answerTo(usher, challenge, answers);
  expect({ status, code: body.code, tokens: body.tokens }).toEqual({
    status: 422,
    code: 'auth.code_wrong',
    tokens: undefined,
  });
}

describe('a mailed code', () => {
  it('is required, and the challenge contains the masked address', async () => {
    const challenge = await withMail('ann@example.com');
    expect(challenge).toEqual({
      name: 'EMAIL_MFA',
      session: expect.any(String),
      asks: ['EMAIL_MFA_CODE'],
      expiresIn: 900,
      delivery: { medium: 'EMAIL', destination: 'a***@e***' },
      parameters: { CODE_DELIVERY_DELIVERY_MEDIUM: 'EMAIL', CODE_DELIVERY_DESTINATION: 'a***@e***' },
    });
    const mail = await usher.mail.waitFor(({ to }) => to.includes('ann@example.com'));
    const code = /\d{6}/.exec(mail.text)?.[0] ?? '';
    const { status, body } = await answerTo(usher, challenge, { EMAIL_MFA_CODE: code });
    expect({ status, email: body.user?.email }).toEqual({ status: 200, email: 'ann@example.com' });
    expect(body.tokens?.refreshToken).toBeDefined();
  });

  it('can be entered again after a wrong code, and is valid once', async () => {
    const challenge = await withMail('bea@example.com');
    const code = await lastCode(usher, 'bea@example.com');
    for (let mistakes = 0; mistakes < 3; mistakes++)
      await expectWrong(challenge, { EMAIL_MFA_CODE: otherThan(code) });
    expect((await answerTo(usher, challenge, { EMAIL_MFA_CODE: code })).status).toBe(200);
    const { body } = await answerTo(usher, challenge, { EMAIL_MFA_CODE: code });
    expect(body.code).toBe('auth.challenge_expired');
  });

  it('is valid only for the sign-in for which it was sent', async () => {
    const [mine, theirs] = [await withMail('cyd@example.com'), await withMail('dan@example.com')];
    const code = await lastCode(usher, 'cyd@example.com');
    await expectWrong(theirs, { EMAIL_MFA_CODE: code });
    expect((await answerTo(usher, mine, { EMAIL_MFA_CODE: code })).body.user?.email).toBe('cyd@example.com');
  });

  it('is also accepted under the other name of the factor', async () => {
    const challenge = { ChallengeName: 'EMAIL_OTP', Session: 'theirs', ChallengeParameters: {} };
    usher.proxy.answerWith('InitiateAuth', json(challenge));
    const asked = await signIn('ann@example.com');
    usher.proxy.answerWith('InitiateAuth', undefined);
    expect(asked.asks).toEqual(['EMAIL_OTP_CODE']);
  });
});

describe('a code by text message', () => {
  it('is required, and the challenge contains the masked number', async () => {
    await createPoolUser(usher, 'eve@example.com', { phone_number: '+41790001122' });
    await useFactors(usher, 'eve@example.com', 'SMS');
    const challenge = await signIn('eve@example.com');
    expect(challenge).toMatchObject({
      name: 'SMS_MFA',
      asks: ['SMS_MFA_CODE'],
      delivery: { medium: 'SMS', destination: expect.stringMatching(/^\+\*+1122$/) },
    });
    const code = await lastCode(usher, '+41790001122');
    await expectWrong(challenge, { SMS_MFA_CODE: otherThan(code) });
    const { body } = await answerTo(usher, challenge, { SMS_MFA_CODE: code });
    expect(body.user?.email).toBe('eve@example.com');
  });
});

describe('a choice between factors', () => {
  const choosing = async (email: string) => {
    await createPoolUser(usher, email, { phone_number: '+41790003344' });
    await useFactors(usher, email, 'SMS', 'EMAIL');
    return signIn(email);
  };

  it('precedes the code', async () => {
    const challenge = await choosing('fay@example.com');
    expect(challenge).toMatchObject({ name: 'SELECT_MFA_TYPE', asks: ['ANSWER'] });
    expect(challenge.choices?.toSorted()).toEqual(['EMAIL_MFA', 'SMS_MFA']);
    const next = challengeOf(await answerTo(usher, challenge, { ANSWER: 'EMAIL_MFA' }));
    expect(next).toMatchObject({ name: 'EMAIL_MFA', delivery: { medium: 'EMAIL' } });
    const code = await lastCode(usher, 'fay@example.com');
    const { body } = await answerTo(usher, next, { EMAIL_MFA_CODE: code });
    expect(body.user?.email).toBe('fay@example.com');
  });

  it('accepts only offered factors', async () => {
    const challenge = await choosing('gil@example.com');
    for (const ANSWER of ['SOFTWARE_TOKEN_MFA', 'email_mfa', 'x']) {
      const { status, body } = await answerTo(usher, challenge, { ANSWER });
      expect({ status, code: body.code }).toEqual({ status: 422, code: 'request.invalid' });
      expect(body.errors?.map(({ field }) => field)).toEqual(['answers.ANSWER']);
    }
  });

  it('can be made once', async () => {
    const challenge = await choosing('hal@example.com');
    expect((await answerTo(usher, challenge, { ANSWER: 'SMS_MFA' })).status).toBe(200);
    const { body } = await answerTo(usher, challenge, { ANSWER: 'EMAIL_MFA' });
    expect(body.code).toBe('auth.challenge_expired');
  });
});

describe('with a cookie', () => {
  const ours = { 'sec-fetch-site': 'same-origin' };
  const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
  const credentials = { email: 'ida@example.com', password: poolPassword, session: 'cookie' };

  it('sends no tokens to the browser and refuses other sites in every step', async () => {
    await createPoolUser(usher, credentials.email);
    await useFactors(usher, credentials.email, 'EMAIL');
    const before = usher.proxy.arrived.length;
    expect((await usher.api.post('/auth/sign-in', credentials, foreign)).body.code).toBe('auth.csrf');
    expect(usher.proxy.arrived.slice(before)).toEqual([]);
    const browser = usher.browser();
    const challenge = challengeOf(await browser.post('/auth/sign-in', credentials, ours));
    expect(browser.cookies.size).toBe(0);
    const answers = { EMAIL_MFA_CODE: await lastCode(usher, credentials.email) };
    expect((await answerTo(usher, challenge, answers, foreign)).body.code).toBe('auth.csrf');
    const { status, body } = await answerTo({ api: browser }, challenge, answers, ours);
    expect({ status, body }).toEqual({
      status: 200,
      body: { user: expect.objectContaining({ email: credentials.email }) },
    });
    expect((await browser.get('/users/me')).body.email).toBe(credentials.email);
  });
});

describe('the log', () => {
  it('contains no typed, sent or sealed value', async () => {
    const challenge = await withMail('jan@example.com');
    const code = await lastCode(usher, 'jan@example.com');
    await expectWrong(challenge, { EMAIL_MFA_CODE: 'canary-code' });
    const { body } = await answerTo(usher, challenge, { EMAIL_MFA_CODE: code });
    const log = usher.logLines().join('\n');
    expect(log).toContain('/auth/challenge');
    const theirs = usher.proxy.calls.flatMap(({ answer }) =>
      typeof answer.Session === 'string' ? [answer.Session] : [],
    );
    const tokens = Object.values(body.tokens ?? {}).filter((token) => String(token).length > 20);
    for (const secret of ['canary-code', challenge.session, poolPassword, ...theirs, ...tokens.map(String)])
      expect(log).not.toContain(secret);
    // A code may be part of a longer number by chance.
    expect(log).not.toMatch(new RegExp(`\\b${code}\\b`));
  });
});

describe('guessing', () => {
  it('is limited per user, not per sign-in', async () => {
    const limited = await startUsher({ environment: { RATE_LIMITS: 'on' } });
    await setMfa(limited, allFactors);
    await createPoolUser(limited, 'kim@example.com');
    await useFactors(limited, 'kim@example.com', 'EMAIL');
    const statuses: number[] = [];
    const guess = async (challenge: ChallengeResponse) =>
      statuses.push((await answerTo(limited, challenge, { EMAIL_MFA_CODE: 'wrong' })).status);
    for (let signIns = 0; signIns < 3; signIns++) {
      const challenge = challengeOf(await limited.api.signIn('kim@example.com', poolPassword));
      await guess(challenge);
      await guess(challenge);
    }
    await limited.close();
    expect(statuses).toEqual([422, 422, 422, 422, 422, 429]);
  });
});

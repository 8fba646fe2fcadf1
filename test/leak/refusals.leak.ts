import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type AccountKind,
  accountKinds,
  databaseOfAccountKinds,
  migrate,
  prepareAccountKinds,
} from '../support/builders/account-kinds.js';
import { type Answer, apiClient } from '../support/drivers/api-client.js';
import { deviseUser } from '../support/builders/devise-users.js';
import { startUsher, type Usher } from '../support/drivers/usher.js';
import { visible } from '../support/drivers/visible-answer.js';

const refusalTimeMs = 1500;

/** Concurrent samples; few enough for two cores. */
const lanes = 3;

const bursts = 8;

const longestRunMs = 300_000;

/** Maximum difference of medians. */
const tolerance = 1.25;

let usher: Usher;
beforeAll(async () => {
  usher = await startUsher({
    database: await databaseOfAccountKinds(true),
    environment: { REFUSAL_TIME_MS: String(refusalTimeMs) },
    withPages: true,
  });
  await prepareAccountKinds(usher);
}, longestRunMs);
afterAll(() => usher.close());

interface Sample {
  who: string;
  milliseconds: number;
  seen: unknown;
}

type Send = () => Promise<Answer<Record<string, unknown>>>;

async function timed(who: string, send: Send): Promise<Sample> {
  const begun = performance.now();
  const answer = await send();
  return { who, milliseconds: performance.now() - begun, seen: visible(answer) };
}

/** Rotates a list by this number of elements. */
const rotated = <Element>(list: Element[], by: number): Element[] => [
  ...list.slice(by % list.length),
  ...list.slice(0, by % list.length),
];

/** Interleaved, so that a slow phase of the machine affects all kinds. */
async function sample(rounds: number, take: (kind: AccountKind) => Promise<Sample>): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const kinds = rotated(Object.keys(accountKinds) as AccountKind[], round);
    for (let at = 0; at < kinds.length; at += lanes)
      samples.push(...(await Promise.all(kinds.slice(at, at + lanes).map(take))));
  }
  return samples;
}

const median = (numbers: number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

/** @param measure of a sample's milliseconds */
function mediansByKind(samples: Sample[], measure: (milliseconds: number) => number): Map<string, number> {
  const kinds = new Map<string, number[]>();
  for (const { who, milliseconds } of samples)
    kinds.set(who, [...(kinds.get(who) ?? []), measure(milliseconds)]);
  return new Map([...kinds].map(([who, taken]) => [who, median(taken)]));
}

function expectAlike(samples: Sample[]): void {
  expect([...new Set(samples.map(({ seen }) => JSON.stringify(seen)))]).toHaveLength(1);
  const medians = mediansByKind(samples, Math.round);
  const times = [...medians.values()];
  const ratio = Math.max(...times) / Math.min(...times);
  console.table([...medians].map(([who, milliseconds]) => ({ who, milliseconds })));
  console.log(`ratio of medians: ${ratio.toFixed(3)}`);
  expect(ratio).toBeLessThan(tolerance);
}

/** The multiple of REFUSAL_TIME_MS after which an answer came. */
const multipleOf = (milliseconds: number): number => Math.floor(milliseconds / refusalTimeMs + 0.01);

let guesses = 0;
/** Unique, because the answer to a repeated password is cached for some seconds. */
const guess = (): string => `wrong-guess-${(guesses += 1)}`;

const burstOf: Record<string, () => string[]> = {
  migrated: () => ['second', 'unicode_nfc', 'emoji_cjk'].map((key) => deviseUser(key).email),
  legacy: () => ['plain', 'tracked', 'reset_pending'].map((key) => deviseUser(key).email),
  unknown: () => [1, 2, 3].map((n) => `unknown-${n}-${guess()}@example.com`),
  disabled: () => [accountKinds['a disabled user'].email, accountKinds['a disabled user'].email],
  blocked: () => [accountKinds['a blocked user'].email, accountKinds['a blocked user'].email],
  unconfirmed: () => [accountKinds['an unconfirmed user'].email],
};

/** Fourteen concurrent refusals. */
function burst(number: number): Promise<Sample[]> {
  const all = Object.entries(burstOf).flatMap(([who, emails]) => emails().map((email) => ({ who, email })));
  expect(all).toHaveLength(14);
  return Promise.all(
    rotated(all, number * 3).map(({ who, email }) => timed(who, () => usher.api.signIn(email, guess()))),
  );
}

type Fields = Record<string, string> & { email: string };

/** Sends a form of the pages. */
async function sendForm(path: string, fields: Fields): Promise<Answer<Record<string, unknown>>> {
  const answer = await apiClient(usher.url, { redirect: 'manual' }).call('POST', path, {
    raw: new URLSearchParams(fields).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  // The page repeats the typed address.
  const headers = new Headers(answer.headers);
  headers.delete('content-length');
  return { ...answer, headers, body: { html: answer.text.replaceAll(fields.email, 'ADDRESS') } };
}

const ways = [
  {
    way: 'through the API',
    rounds: 7,
    signIn: ({ email, password = '' }: Fields) => usher.api.signIn(email, password),
    forgot: (fields: Fields) => usher.api.post('/passwords/forgot', fields),
    reset: (fields: Fields) => usher.api.post('/passwords/reset', fields),
  },
  {
    way: 'through the pages',
    // The services are the same; this finds what the pages would add.
    rounds: 3,
    signIn: (fields: Fields) => sendForm('/sign-in', fields),
    forgot: (fields: Fields) => sendForm('/forgot', fields),
    reset: (fields: Fields) => sendForm('/reset', fields),
  },
];

describe('body, headers and response time do not reveal', () => {
  it.each(ways)(
    'why a sign-in was refused $way',
    async ({ rounds, signIn }) => {
      const samples = await sample(rounds, (kind) => timed(kind, () => signIn(accountKinds[kind])));
      expectAlike(samples);
    },
    longestRunMs,
  );

  it.each(ways)(
    'whether a reset code was sent, and why a code was refused $way',
    async ({ rounds, forgot, reset }) => {
      const resets: Sample[] = [];
      const password = 'chosen-by-a-guesser-1';
      const sent = await sample(rounds, async (kind) => {
        const { email } = accountKinds[kind];
        const requested = await timed(kind, () => forgot({ email }));
        const fields = { email, code: '123456', password, passwordConfirmation: password };
        resets.push(await timed(kind, () => reset(fields)));
        return requested;
      });
      expectAlike(sent);
      expectAlike(resets);
    },
    longestRunMs,
  );

  it(
    'why each of fourteen concurrent sign-ins was refused',
    async () => {
      for (const key of ['unicode_nfc', 'emoji_cjk']) await migrate(usher, deviseUser(key));
      // Starts the workers of the Lambda.
      await burst(0);
      const taken: Sample[][] = [];
      for (let number = 1; number <= bursts; number += 1) taken.push(await burst(number));
      const samples = taken.flat();
      // On a slow machine fourteen hashes exceed the queue: then all fourteen get this answer.
      for (const answers of taken)
        expect([...new Set(answers.map(({ seen }) => JSON.stringify(seen)))]).toHaveLength(1);
      console.table(taken.map((answers) => Object.fromEntries(mediansByKind(answers, Math.round))));
      const late = samples.map(({ milliseconds }) => milliseconds - multipleOf(milliseconds) * refusalTimeMs);
      expect(median(late)).toBeLessThan(refusalTimeMs / 5);
      const spread = taken.map((answers) => {
        const medians = [...mediansByKind(answers, multipleOf).values()];
        return Math.max(...medians) - Math.min(...medians);
      });
      console.table(taken.map((answers) => Object.fromEntries(mediansByKind(answers, multipleOf))));
      const medians = [...mediansByKind(samples, multipleOf).values()];
      expect(new Set(medians).size).toBe(1);
      // A multiple may end between two answers of a burst.
      expect(spread.filter((multiples) => multiples > 0).length).toBeLessThanOrEqual(bursts / 4);
    },
    longestRunMs,
  );
});

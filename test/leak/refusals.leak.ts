import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../support/api-client.js';
import { deviseUser } from '../support/devise-users.js';
import { createDeviseDatabase } from '../support/database.js';
import { startUsher, type Usher } from '../support/usher.js';

const rounds = 9;

/** Each answer takes REFUSAL_TIME_MS. */
const longestRunMs = 300_000;

/** How far medians may lie apart. */
const tolerance = 1.25;

const legacy = deviseUser('plain');
const migrated = deviseUser('second');

/** Everybody who must look the same from outside. */
const people = {
  'an unknown user': { email: 'nobody@example.com', password: 'whatever-1' },
  'a wrong password of a migrated user': { email: migrated.email, password: migrated.wrong_password },
  'a wrong password of a legacy user': { email: legacy.email, password: legacy.wrong_password },
  'an unconfirmed user': { email: 'carol@example.com', password: 'unconfirmed-1' },
  'a locked user': { email: 'dave@example.com', password: 'locked-out-1' },
  'a disabled user': { email: 'frank@example.com', password: deviseUser('failed_attempts').password },
};

let usher: Usher;
beforeAll(async () => {
  usher = await startUsher({
    database: await createDeviseDatabase({ originalHashes: true }),
    environment: { REFUSAL_TIME_MS: '1500' },
  });
  for (const { email, password } of [migrated, people['a disabled user']])
    expect((await usher.api.signIn(email, password)).status).toBe(200);
  await usher.database.sql(`UPDATE users SET usher_disabled_at = now() WHERE email = $1`, [
    people['a disabled user'].email,
  ]);
});
afterAll(() => usher.close());

interface Sample {
  milliseconds: number;
  seen: unknown;
}

/** What anybody can see of an answer, but for what is new in every answer. */
function visible({ status, headers, body }: Answer<Record<string, unknown>>): unknown {
  const changing = new Set(['date', 'x-request-id', 'set-cookie']);
  return {
    status,
    headers: [...headers].filter(([name]) => !changing.has(name)),
    cookies: headers
      .getSetCookie()
      .map((cookie) => cookie.replace(/=[^;]*/, '').replace(/Expires=[^;]*/, '')),
    body: { ...body, requestId: typeof body.requestId },
  };
}

/** Interleaved, so that a slower minute of the machine is a slower minute for everybody. */
async function sample(
  send: (person: { email: string; password: string }) => Promise<Answer<Record<string, unknown>>>,
): Promise<Map<string, Sample[]>> {
  const samples = new Map<string, Sample[]>(Object.keys(people).map((who) => [who, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [who, person] of Object.entries(people)) {
      const begun = performance.now();
      const answer = await send(person);
      samples.get(who)?.push({ milliseconds: performance.now() - begun, seen: visible(answer) });
    }
  }
  return samples;
}

const median = (numbers: number[]): number =>
  numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

function expectAlike(samples: Map<string, Sample[]>): void {
  const seen = new Set([...samples.values()].flat().map((one) => JSON.stringify(one.seen)));
  expect([...seen]).toHaveLength(1);
  const medians = [...samples].map(([who, taken]) => ({
    who,
    milliseconds: Math.round(median(taken.map(({ milliseconds }) => milliseconds))),
  }));
  console.table(medians);
  const times = medians.map(({ milliseconds }) => milliseconds);
  expect(Math.max(...times) / Math.min(...times)).toBeLessThan(tolerance);
}

describe('nobody can tell from body, headers or time', () => {
  it(
    'why a sign-in was refused',
    async () => {
      const samples = await sample(({ email, password }) => usher.api.signIn(email, password));
      expectAlike(samples);
    },
    longestRunMs,
  );

  it(
    'whether a reset was sent',
    async () => {
      const samples = await sample(({ email }) => usher.api.post('/passwords/forgot', { email }));
      expectAlike(samples);
    },
    longestRunMs,
  );
});

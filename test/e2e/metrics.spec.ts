import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { availableParallelism } from 'node:os';
import { text as textOf } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import bcrypt from 'bcryptjs';
import { exceptionMap } from '../../src/cognito/exception-map.js';
import { cutOff, exception } from '../support/fakes/cognito-proxy.js';
import { deviseUser } from '../support/builders/devise-users.js';
import { parseMetrics, type Sample, scrape, valueOf } from '../support/drivers/metrics.js';
import { drawn, ruled, rules, words } from '../support/drivers/operations-files.js';
import { lets, read, type Selector } from '../support/drivers/promql.js';
import { ada, bob, signInWithTokens } from '../support/drivers/sessions.js';
import { openUsher } from '../support/drivers/usher.js';

const names = ['example.com', 'www.example.com'];
const expiry = '2026-12-24T12:00:00Z';
const start = '2026-09-25T12:00:00Z';
const frank = deviseUser('names_nil');

/** The metrics after all kinds of events. */
let text: string;
let samples: Sample[];
const usher = openUsher({
  environment: {
    RATE_LIMITS: 'on',
    TRUSTED_PROXIES: '10.0.0.1',
    ACME_CERTIFICATES: names.join(),
    ACME_TERMS_AGREED: 'yes',
    // No server listens there.
    ACME_DIRECTORY_URL: 'https://127.0.0.1:1/directory',
  },
});
beforeAll(async () => {
  await haveCertificate();
  await signInAndFail();
  await signUpAndOut();
  await fillOutbox();
  text = (await usher.api.get('/metrics')).text;
  samples = parseMetrics(text);
});

const guess = (tries: number) => usher.api.signIn('nobody@example.com', `wrong ${tries}`);

async function haveCertificate(): Promise<void> {
  const sql = (statement: string, values?: unknown[]) => usher.database.sql(statement, values);
  // The first run at the start finds no user; the next one follows a minute later.
  while ((await sql('SELECT 1 FROM usher.certificates WHERE failures > 0')).length === 0) await pause(20);
  await sql('UPDATE usher.certificates SET not_before = $1, not_after = $2, failures = 3', [start, expiry]);
  await sql(`INSERT INTO usher.certificates (names, not_after) VALUES ('{gone.example.com}', now())`);
}

async function signInAndFail(): Promise<void> {
  await signInWithTokens(usher.api, ada);
  await signInWithTokens(usher.api, ada);
  for (let tries = 0; tries < 6; tries += 1) await guess(tries);
  usher.proxy.answerWith('InitiateAuth', exception('UnexpectedLambdaException'));
  await usher.api.signIn(bob.email, bob.password);
  usher.proxy.answerWith('InitiateAuth', cutOff);
  await usher.api.signIn(bob.email, bob.password);
  usher.proxy.answerWith('InitiateAuth', exception('<canary>'));
  await usher.api.signIn(bob.email, bob.password);
  usher.proxy.answerWith('InitiateAuth', undefined);
}

async function signUpAndOut(): Promise<void> {
  const password = 'new-password-1';
  await usher.api.post('/users', { email: 'new@example.com', password, passwordConfirmation: password });
  await usher.database.sql(`UPDATE users SET encrypted_password = '{SSHA}x' WHERE id = $1`, [frank.id]);
  const { refreshToken } = await signInWithTokens(usher.api, bob);
  await usher.api.post('/auth/sign-out', { refreshToken });
}

async function fillOutbox(): Promise<void> {
  await usher.mail.waitFor(({ to }) => to.includes('new@example.com'));
  while ((await usher.database.sql('SELECT 1 FROM usher.outbox')).length > 0) await pause(20);
  await usher.database.sql(`
    INSERT INTO usher.outbox (id, mail, sealed, posted_at, next_try_at, tries, given_up_at) VALUES
      (gen_random_uuid(), 'x', 'x', now() - interval '10 minutes', now() + interval '1 hour', 0, NULL),
      (gen_random_uuid(), 'x', 'x', now() - interval '2 hours', now() + interval '1 hour', 7, NULL),
      (gen_random_uuid(), 'x', 'x', now() - interval '4 days', now() + interval '1 hour', 90, now())`);
}

const value = (name: string, labels?: Record<string, string>) => valueOf(samples, name, labels);

describe('GET /metrics', () => {
  it('counts sign-ins by outcome', () => {
    const password = (outcome: string) => value('usher_sign_ins_total', { step: 'password', outcome });
    expect({
      signed_in: password('signed_in'),
      refused: password('auth.invalid_credentials'),
      limited: password('too_many_requests'),
      unavailable: password('cognito.unavailable'),
      challenge: password('challenge'),
    }).toEqual({ signed_in: 3, refused: 5, limited: 1, unavailable: 2, challenge: 0 });
  });

  it('counts migrations by format, once per user', () => {
    expect(value('usher_migrations_total')).toBe(2);
    expect(value('usher_migrations_total', { format: '$2a$04$' })).toBe(2);
    expect(value('usher_migration_people', { state: 'migrated' })).toBe(2);
    expect(value('usher_migration_people_left', { format: '{SSHA}' })).toBe(1);
    expect(value('usher_migration_people_left')).toBe(
      ['legacy', 'reset_sent', 'failed'].reduce(
        (sum, state) => sum + (value('usher_migration_people', { state }) ?? 0),
        0,
      ),
    );
  });

  it('measures Cognito calls and counts their errors by operation', () => {
    const asked = usher.proxy.arrived.filter((operation) => operation === 'InitiateAuth').length;
    const error = (error: string) =>
      value('usher_cognito_errors_total', { operation: 'InitiateAuth', error });
    expect(value('usher_cognito_request_duration_seconds_count', { operation: 'InitiateAuth' })).toBe(asked);
    expect(
      value('usher_cognito_request_duration_seconds_sum', { operation: 'InitiateAuth' }),
    ).toBeGreaterThan(0);
    expect(value('usher_cognito_request_duration_seconds_count', { operation: 'RevokeToken' })).toBe(1);
    expect(error('NotAuthorizedException')).toBe(5);
    expect(error('UnexpectedLambdaException')).toBe(1);
    // A sign-in without a response is sent twice.
    expect(error('no_answer')).toBe(2);
    expect(error('other')).toBe(1);
    expect(value('usher_cognito_circuit_open')).toBe(0);
  });

  it('measures password checks and their time in the queue', () => {
    for (const name of ['usher_hash_wait_seconds', 'usher_hash_duration_seconds']) {
      expect(value(`${name}_count`, { task: 'check' })).toBeGreaterThanOrEqual(7);
      expect(value(`${name}_count`, { task: 'hash' })).toBe(1);
      expect(value(`${name}_sum`, { task: 'hash' })).toBeGreaterThan(0);
    }
    expect(value('usher_hash_refusals_total')).toBe(0);
  });

  it('shows the number of queued password checks', async () => {
    await usher.database.sql('UPDATE users SET encrypted_password = $2 WHERE id = $1', [
      frank.id,
      bcrypt.hashSync('nobody knows', 10),
    ]);
    const ask = (guess: number) =>
      usher.api.post('/aws/auth', {
        ...{ email: frank.email, password: `guess ${guess}`, access_token: usher.migrationToken },
      });
    const guesses = availableParallelism() * 5;
    let done = false;
    const answers = Promise.all(Array.from({ length: guesses }, (_, guess) => ask(guess))).then(
      () => (done = true),
    );
    const depth = async () => valueOf(await scrape(usher.api), 'usher_hash_queue_depth') ?? 0;
    let deepest = 0;
    while (!done) deepest = Math.max(deepest, await depth());
    await answers;
    expect(deepest).toBeGreaterThan(0);
    expect(deepest).toBeLessThan(guesses);
    expect(await depth()).toBe(0);
  });

  it('counts refusals of rate limits by kind and scope', () => {
    expect(value('usher_rate_limit_refusals_total', { kind: 'sign-in', scope: 'account' })).toBe(1);
    expect(value('usher_rate_limit_refusals_total')).toBe(1);
  });

  it('counts sessions', () => {
    expect(value('usher_sessions_live')).toBe(2);
    expect(value('usher_sessions_ended_last_hour', { reason: 'signed out' })).toBe(1);
    expect(value('usher_sessions_ended_last_hour')).toBe(1);
  });

  it('shows the size of the outbox and the age of its oldest mail', () => {
    const mails = (state: string) => value('usher_outbox_mails', { state });
    expect([mails('waiting'), mails('retrying'), mails('given_up')]).toEqual([1, 1, 1]);
    expect(value('usher_outbox_oldest_age_seconds')).toBeGreaterThanOrEqual(7200);
    expect(value('usher_outbox_oldest_age_seconds')).toBeLessThan(7300);
  });

  it('shows the expiry of the configured certificates', () => {
    const [only, ...more] = samples.filter(
      ({ name }) => name === 'usher_certificate_expiry_timestamp_seconds',
    );
    expect(more).toEqual([]);
    expect(only).toMatchObject({ labels: { names: names.join() }, value: Date.parse(expiry) / 1000 });
    expect(value('usher_certificate_start_timestamp_seconds')).toBe(Date.parse(start) / 1000);
    expect(value('usher_certificate_failures')).toBe(3);
  });

  it('measures requests by route, without labels from callers', async () => {
    await usher.api.call('PROPFIND', '/canary-path');
    await usher.api.get('/canary-path/%zz');
    const { text: written } = await usher.api.get('/metrics');
    const signIns = { method: 'POST', route: '/auth/sign-in', status: '4xx' };
    expect(valueOf(parseMetrics(written), 'usher_http_request_duration_seconds_count', signIns)).toBe(6);
    expect(written).not.toMatch(/canary|PROPFIND/i);
    expect(written).toContain('nodejs_eventloop_lag');
  });

  it('is logged at level debug only', async () => {
    await usher.api.get('/health/ready');
    expect(usher.logLines().filter((line) => /"route":"\/(metrics|health)/.test(line))).toEqual([]);
  });
});

describe('a scraper on another machine', () => {
  /** Sends one request on its own connection with this remote address. */
  const from = async (remoteAddress: string, headers: Record<string, string> = {}, app = usher.app) => {
    const server = app.getHttpServer();
    server.once('connection', (socket: Socket) =>
      Object.defineProperty(socket, 'remoteAddress', { value: remoteAddress }),
    );
    const { port } = server.address() as AddressInfo;
    const sent = request({ host: '127.0.0.1', port, path: '/metrics', headers, agent: false }).end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    const body = await textOf(answer);
    if (answer.statusCode === 200) expect(body).toContain('usher_sign_ins_total');
    else expect(JSON.parse(body)).toMatchObject({ code: 'auth.forbidden' });
    return answer.statusCode;
  };

  it.each(['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1'])(
    'is not assumed for requests from %s',
    async (address) => {
      expect(await from(address)).toBe(200);
    },
  );

  it.each(['203.0.113.9', '10.0.0.1', '::ffff:203.0.113.9', '2001:db8::1', '128.0.0.1', 'unix'])(
    'is refused: %s',
    async (address) => {
      expect(await from(address)).toBe(403);
    },
  );

  it('cannot forge its address with headers', async () => {
    const lies = ['127.0.0.1', '::1', '127.0.0.1, 127.0.0.1'];
    for (const lie of lies) {
      // From a trusted proxy, from another address, and through an unconfigured proxy on this machine.
      for (const address of ['10.0.0.1', '203.0.113.9', '127.0.0.1'])
        expect(await from(address, { 'x-forwarded-for': lie })).toBe(403);
      expect((await usher.api.get('/metrics', { 'x-forwarded-for': lie })).status).toBe(403);
    }
    expect(await from('127.0.0.1', { forwarded: 'for=127.0.0.1' })).toBe(403);
  });

  it('is admitted only with one of METRICS_ACCESS_TOKENS', async () => {
    const [token, other] = ['metrics-token-of-the-tests', 'another-token-of-the-tests'];
    const { app } = await usher.startBeside({ METRICS_ACCESS_TOKENS: `${token},${other}` });
    const bearer = (given: string) => ({ authorization: `Bearer ${given}` });
    expect(await from('203.0.113.9', bearer(token), app)).toBe(200);
    expect(await from('203.0.113.9', bearer(other), app)).toBe(200);
    expect(await from('203.0.113.9', bearer(`${token}x`), app)).toBe(403);
    expect(await from('127.0.0.1', {}, app)).toBe(403);
    expect(await from('127.0.0.1', { authorization: `Basic ${token}` }, app)).toBe(403);
  });
});

/** A label that Prometheus adds. */
const ofPrometheus = new Set(['instance', 'job']);
const exceptions = [
  'no_answer',
  'other',
  ...Object.values(exceptionMap).flatMap((names) => Object.keys(names)),
];

/** Can there be a sample whose label matches? */
function fits(name: string, matcher: Selector['matchers'][number]): boolean {
  if (ofPrometheus.has(matcher.label)) return true;
  const exposed = samples.filter((sample) => sample.name === name).map(({ labels }) => labels[matcher.label]);
  // Exception labels appear with the first exception; all others exist from the start.
  const values = name === 'usher_cognito_errors_total' && matcher.label === 'error' ? exceptions : exposed;
  return values.some((given) => given !== undefined && lets(matcher, given));
}

describe('the dashboard and the alerts', () => {
  it.each([...drawn, ...ruled])('query existing metrics only: $title, $expr', ({ expr }) => {
    const { selectors, grouping } = read(expr);
    expect(selectors.length).toBeGreaterThan(0);
    for (const { name, matchers } of selectors) {
      const found = samples.filter((sample) => sample.name === name);
      expect({ name, found: found.length > 0 }).toEqual({ name, found: true });
      for (const matcher of matchers)
        expect({ name, matcher, fits: fits(name, matcher) }).toMatchObject({ fits: true });
    }
    for (const label of grouping) {
      const has = selectors.every(({ name }) =>
        samples.some((sample) => sample.name === name && label in sample.labels),
      );
      expect({ label, has: has || ofPrometheus.has(label) }).toEqual({ label, has: true });
    }
  });

  it('show and document every metric of Usher', () => {
    const used = drawn.flatMap(({ expr }) =>
      read(expr).selectors.map(({ name }) => name.replace(/_(bucket|count)$/, '')),
    );
    const exposed = [...text.matchAll(/^# TYPE (usher_\w+)/gm)].map(([, name = '']) => name);
    expect(exposed.filter((name) => !used.includes(name))).toEqual([]);
    expect(exposed.filter((name) => !words.includes(`\`${name}\``))).toEqual([]);
    expect(exposed.length).toBeGreaterThan(20);
  });

  it('document the meaning and the remedy of every alert', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { alert, annotations, labels } of rules) {
      expect(alert).toMatch(/^Usher[A-Z]/);
      expect(['warning', 'critical']).toContain(labels.severity);
      expect(annotations.summary).toMatch(/^[A-Z].{20,}$/s);
      expect(annotations.runbook).toMatch(/^[A-Z].{40,}\.$/s);
    }
  });
});

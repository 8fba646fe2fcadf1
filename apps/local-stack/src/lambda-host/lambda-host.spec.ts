import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startLambdaHost, type LambdaHost, type LambdaHostOptions } from './lambda-host.js';

/** One function that does whatever its event tells it to. */
const source = `
let calls = 0;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
export const handler = async (event, context) => {
  calls += 1;
  if (event.say) console.log(event.say);
  if (event.pause) await pause(event.pause);
  if (event.spin) for (;;);
  if (event.fail) throw new TypeError(event.fail);
  if (event.throwText) throw event.throwText;
  if (event.exit) process.exit(3);
  if (event.crash) { setTimeout(() => { throw new Error('boom'); }); await pause(10_000); }
  if (event.nothing) return undefined;
  if (event.bigint) return 1n;
  const left = context.getRemainingTimeInMillis();
  return { event, calls, left, id: context.awsRequestId, name: context.functionName, environment: { ...process.env } };
};
export const other = async () => 'other';
`;

const tooLarge = `"${'x'.repeat(6 * 1024 * 1024)}"`;

let folder: string;
let host: LambdaHost;
let lines: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lambda-host-'));
  await writeFile(join(folder, 'index.mjs'), source);
  await writeFile(join(folder, 'broken.mjs'), 'export const handler = nowhere;');
});

afterAll(() => rm(folder, { recursive: true }));
afterEach(() => host.close());

async function start(options: Partial<LambdaHostOptions> = {}): Promise<void> {
  lines = [];
  const lambda = { file: join(folder, 'index.mjs'), environment: { GREETING: 'hello' } };
  host = await startLambdaHost({
    functions: {
      trigger: lambda,
      other: { ...lambda, handler: 'other' },
      missing: { ...lambda, handler: 'absent' },
      broken: { file: join(folder, 'broken.mjs'), environment: {} },
    },
    log: (line) => lines.push(line),
    ...options,
  });
}

async function invoke(event: unknown, name = 'trigger') {
  const response = await post(name, JSON.stringify(event));
  return {
    status: response.status,
    error: response.headers.get('x-amz-function-error'),
    requestId: response.headers.get('x-amzn-requestid'),
    body: (await response.json()) as Record<string, unknown>,
  };
}

function post(name: string, body: string): Promise<Response> {
  return fetch(`${host.url}/2015-03-31/functions/${name}/invocations`, { method: 'POST', body });
}

describe('a call', () => {
  it('gets the event, its context and its own environment only', async () => {
    await start({ timeoutMs: 2000 });
    const { status, error, requestId, body } = await invoke({ text: 'ü🔑' });
    expect({ status, error }).toEqual({ status: 200, error: null });
    expect(body).toMatchObject({ event: { text: 'ü🔑' }, id: requestId, name: 'trigger' });
    expect(body.environment).toEqual({ GREETING: 'hello' });
    expect(body.left).toBeGreaterThan(0);
    expect(body.left).toBeLessThanOrEqual(2000);
  });

  it.each(['trigger', encodeURIComponent('arn:aws:lambda:eu-west-1:123456789012:function:trigger')])(
    'names its function as %s',
    async (name) => {
      await start();
      expect(await invoke({}, name)).toMatchObject({ status: 200, body: { name: 'trigger' } });
    },
  );

  it('may ask for another export', async () => {
    await start();
    expect((await invoke({}, 'other')).body).toBe('other');
  });

  it('that returns nothing is answered with null', async () => {
    await start();
    expect(await invoke({ nothing: true })).toMatchObject({ status: 200, error: null, body: null });
  });

  it('has its output passed on', async () => {
    await start();
    await invoke({ say: 'one\ntwo' });
    await expect(eventually(() => lines.length === 2)).resolves.toBe(true);
    expect(lines).toEqual(['one', 'two']);
  });
});

describe('workers', () => {
  it('are kept for later calls', async () => {
    await start();
    await invoke({});
    expect((await invoke({})).body.calls).toBe(2);
  });

  it('take one call at a time, as many as calls wait', async () => {
    await start();
    const answers = await Promise.all([1, 2, 3].map(() => invoke({ pause: 400 })));
    expect(answers.map(({ body }) => body.calls)).toEqual([1, 1, 1]);
  });

  it('are no more than the bound; further calls wait their turn', async () => {
    await start({ maxConcurrency: 2 });
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => invoke({ pause: 100 })));
    const calls = answers.map(({ body }) => body.calls as number);
    expect(calls.filter((call) => call === 1)).toHaveLength(2);
    expect(answers.every(({ error }) => error === null)).toBe(true);
  });

  it('make room for waiting calls when they end', async () => {
    await start({ maxConcurrency: 1 });
    const [first, second] = await Promise.all([invoke({ exit: true }), invoke({})]);
    expect(first.body.errorType).toBe('Runtime.ExitError');
    expect(second).toMatchObject({ error: null, body: { calls: 1 } });
  });
});

describe('a call that fails', () => {
  it('by throwing says what was thrown', async () => {
    await start();
    const { status, error, body } = await invoke({ fail: 'wrong type' });
    expect({ status, error }).toEqual({ status: 200, error: 'Unhandled' });
    expect(body).toMatchObject({ errorType: 'TypeError', errorMessage: 'wrong type' });
    expect(body.trace).toContain('TypeError: wrong type');
    expect((await invoke({})).body.calls).toBe(2);
  });

  it('by throwing no error is told too', async () => {
    await start();
    expect((await invoke({ throwText: 'just text' })).body.errorMessage).toBe('just text');
  });

  it.each(['bigint'])('by answering a %s is told too', async (key) => {
    await start();
    expect(await invoke({ [key]: true })).toMatchObject({ status: 200, error: 'Unhandled' });
  });

  it.each([{ spin: true }, { pause: 60_000 }])('by taking too long is cut off: %j', async (event) => {
    await start({ timeoutMs: 600, maxConcurrency: 1 });
    const { status, error, requestId, body } = await invoke(event);
    expect({ status, error }).toEqual({ status: 200, error: 'Unhandled' });
    expect(Object.keys(body)).toEqual(['errorMessage']);
    expect(body.errorMessage).toMatch(
      new RegExp(`^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z ${requestId} Task timed out after 0\\.60 seconds$`),
    );
    expect(await invoke({})).toMatchObject({ error: null, body: { calls: 1 } });
  });

  it.each([{ exit: true }, { crash: true }])('by ending its worker is answered: %j', async (event) => {
    await start();
    expect(await invoke(event)).toMatchObject({
      status: 200,
      error: 'Unhandled',
      body: { errorType: 'Runtime.ExitError' },
    });
    expect(await invoke({})).toMatchObject({ error: null, body: { calls: 1 } });
  });

  it.each(['missing', 'broken'])('because its module is wrong is answered: %s', async (name) => {
    await start();
    expect(await invoke({}, name)).toMatchObject({ status: 200, error: 'Unhandled' });
  });
});

describe('a bad request', () => {
  it.each([
    { name: 'nobody', body: '{}', status: 404, type: 'ResourceNotFoundException' },
    { name: 'constructor', body: '{}', status: 404, type: 'ResourceNotFoundException' },
    { name: '%E0%A4%A', body: '{}', status: 400, type: 'ValidationException' },
    { name: 'trigger', body: '{', status: 400, type: 'InvalidRequestContentException' },
    { name: 'trigger', body: '', status: 400, type: 'InvalidRequestContentException' },
    { name: 'trigger', body: tooLarge, status: 413, type: 'RequestTooLargeException' },
  ])('is refused: $type', async ({ name, body, status, type }) => {
    await start();
    const response = await post(name, body);
    expect(response.status).toBe(status);
    expect(response.headers.get('x-amzn-errortype')).toBe(type);
    expect(await response.json()).toEqual({ Type: 'User', Message: expect.any(String) });
  });

  it.each([
    ['GET', '/2015-03-31/functions/trigger/invocations'],
    ['POST', '/2015-03-31/functions/trigger'],
    ['GET', '/'],
  ])('%s %s is refused', async (method, path) => {
    await start();
    const response = await fetch(`${host.url}${path}`, { method });
    expect(response.status).toBe(404);
  });
});

describe('closing', () => {
  it('ends running and waiting calls', async () => {
    await start({ maxConcurrency: 1 });
    const calls = [{ spin: true }, {}].map((event) => invoke(event).catch(() => 'cut off'));
    await new Promise((done) => setTimeout(done, 200));
    await host.close();
    expect(await Promise.all(calls)).toEqual(['cut off', 'cut off']);
    await expect(post('trigger', '{}')).rejects.toThrow();
  });
});

async function eventually(condition: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 100 && !condition(); tries += 1) {
    await new Promise((done) => setTimeout(done, 20));
  }
  return condition();
}

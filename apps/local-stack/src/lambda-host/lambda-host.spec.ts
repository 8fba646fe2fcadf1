import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startLambdaHost, type LambdaHost, type LambdaHostOptions } from './lambda-host.js';

/** A function that does what its event specifies. */
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

describe('an invocation', () => {
  it('receives the event, the context and only its own environment', async () => {
    await start({ timeoutMs: 2000 });
    const { status, error, requestId, body } = await invoke({ text: 'ü🔑' });
    expect({ status, error }).toEqual({ status: 200, error: null });
    expect(body).toMatchObject({ event: { text: 'ü🔑' }, id: requestId, name: 'trigger' });
    expect(body.environment).toEqual({ GREETING: 'hello' });
    expect(body.left).toBeGreaterThan(0);
    expect(body.left).toBeLessThanOrEqual(2000);
  });

  it.each(['trigger', encodeURIComponent('arn:aws:lambda:eu-west-1:123456789012:function:trigger')])(
    'accepts the function name %s',
    async (name) => {
      await start();
      expect(await invoke({}, name)).toMatchObject({ status: 200, body: { name: 'trigger' } });
    },
  );

  it('may name another export', async () => {
    await start();
    expect((await invoke({}, 'other')).body).toBe('other');
  });

  it('without a return value responds with null', async () => {
    await start();
    expect(await invoke({ nothing: true })).toMatchObject({ status: 200, error: null, body: null });
  });

  it('forwards the output of the function', async () => {
    await start();
    await invoke({ say: 'one\ntwo' });
    await expect(eventually(() => lines.length === 2)).resolves.toBe(true);
    expect(lines).toEqual(['one', 'two']);
  });
});

describe('workers', () => {
  it('are reused for later invocations', async () => {
    await start();
    await invoke({});
    expect((await invoke({})).body.calls).toBe(2);
  });

  it('handle one invocation at a time, and there is one per waiting invocation', async () => {
    await start();
    const answers = await Promise.all([1, 2, 3].map(() => invoke({ pause: 400 })));
    expect(answers.map(({ body }) => body.calls)).toEqual([1, 1, 1]);
  });

  it('do not exceed the limit; further invocations wait in a queue', async () => {
    await start({ maxConcurrency: 2 });
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => invoke({ pause: 100 })));
    const calls = answers.map(({ body }) => body.calls as number);
    expect(calls.filter((call) => call === 1)).toHaveLength(2);
    expect(answers.every(({ error }) => error === null)).toBe(true);
  });

  it('are replaced for waiting invocations when they exit', async () => {
    await start({ maxConcurrency: 1 });
    const [first, second] = await Promise.all([invoke({ exit: true }), invoke({})]);
    expect(first.body.errorType).toBe('Runtime.ExitError');
    expect(second).toMatchObject({ error: null, body: { calls: 1 } });
  });
});

describe('a failed invocation', () => {
  it('reports the thrown error', async () => {
    await start();
    const { status, error, body } = await invoke({ fail: 'wrong type' });
    expect({ status, error }).toEqual({ status: 200, error: 'Unhandled' });
    expect(body).toMatchObject({ errorType: 'TypeError', errorMessage: 'wrong type' });
    expect(body.trace).toContain('TypeError: wrong type');
    expect((await invoke({})).body.calls).toBe(2);
  });

  it('reports a thrown value that is not an error', async () => {
    await start();
    expect((await invoke({ throwText: 'just text' })).body.errorMessage).toBe('just text');
  });

  it.each(['bigint'])('reports a returned %s, which is not JSON', async (key) => {
    await start();
    expect(await invoke({ [key]: true })).toMatchObject({ status: 200, error: 'Unhandled' });
  });

  it.each([{ spin: true }, { pause: 60_000 }])('is terminated after the timeout: %j', async (event) => {
    await start({ timeoutMs: 600, maxConcurrency: 1 });
    const { status, error, requestId, body } = await invoke(event);
    expect({ status, error }).toEqual({ status: 200, error: 'Unhandled' });
    expect(Object.keys(body)).toEqual(['errorMessage']);
    expect(body.errorMessage).toMatch(
      new RegExp(`^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z ${requestId} Task timed out after 0\\.60 seconds$`),
    );
    expect(await invoke({})).toMatchObject({ error: null, body: { calls: 1 } });
  });

  it.each([{ exit: true }, { crash: true }])('gets a response when its worker exits: %j', async (event) => {
    await start();
    expect(await invoke(event)).toMatchObject({
      status: 200,
      error: 'Unhandled',
      body: { errorType: 'Runtime.ExitError' },
    });
    expect(await invoke({})).toMatchObject({ error: null, body: { calls: 1 } });
  });

  it.each(['missing', 'broken'])('gets a response when its module is invalid: %s', async (name) => {
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
  it('ends running and waiting invocations', async () => {
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

import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FakeUsher, json } from './test/fake-usher.js';

const built = fileURLToPath(new URL('../../dist/migration-lambda/', import.meta.url));
const bundle = join(built, 'index.mjs');

interface Metafile {
  inputs: Record<string, unknown>;
  outputs: Record<
    string,
    { imports: { path: string; kind: string }[]; inputs: Record<string, { bytesInOutput: number }> }
  >;
}

async function readMetafile(): Promise<Metafile> {
  return JSON.parse(await readFile(join(built, 'meta.json'), 'utf8')) as Metafile;
}

describe('the built bundle', () => {
  it('has at most 350 KiB', async () => {
    expect((await stat(bundle)).size).toBeLessThanOrEqual(350 * 1024);
  });

  it('contains no validation library, OpenAPI library or SDK', async () => {
    const inputs = Object.keys((await readMetafile()).inputs);
    expect(inputs).toContain('dist/apps/migration-lambda/src/main.js');
    const heavy =
      /node_modules\/(class-|@aws-sdk|@smithy|typeorm|@nestjs\/(?!core\/|common\/))|rxjs\/dist\/cjs/;
    expect(inputs.filter((input) => heavy.test(input))).toEqual([]);
  });

  it('contains no parts of Nest that an application context does not run or that load slowly', async () => {
    const [output] = Object.values((await readMetafile()).outputs);
    const kept = Object.entries(output?.inputs ?? {}).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
    const unused =
      /@nestjs\/core\/(router|middleware|security|repl|guards|interceptors)\/(?!request\/)|\/pipes\//;
    expect(kept.map(([file]) => file).filter((file) => unused.test(file))).toEqual([]);
    // A date format loads the ICU data of Node, which takes as long as the rest of Nest.
    expect(await readFile(bundle, 'utf8')).not.toContain('Intl.');
  });

  it('imports only built-in modules of Node at the start', async () => {
    const [output] = Object.values((await readMetafile()).outputs);
    const imported = output?.imports.filter(({ kind }) => kind !== 'dynamic-import').map(({ path }) => path);
    const foreign = imported?.filter((path) => !builtinModules.includes(path.replace(/^node:/, '')));
    expect(imported).toContain('node:http');
    expect(foreign).toEqual([]);
  });
});

describe('the built bundle in a folder without node_modules', () => {
  const run = promisify(execFile);
  const usher = new FakeUsher();
  let folder: string;

  beforeAll(async () => {
    await usher.start();
    folder = await mkdtemp(join(tmpdir(), 'usher-lambda-'));
    await copyFile(bundle, join(folder, 'index.mjs'));
    // AWS Lambda mounts the code read-only.
    await chmod(folder, 0o555);
  });

  afterAll(async () => {
    await usher.stop();
    await chmod(folder, 0o755);
    await rm(folder, { recursive: true });
  });

  const signIn = {
    triggerSource: 'UserMigration_Authentication',
    userName: 'ada@example.com',
    request: { password: 'secret' },
    response: {},
  };

  function runNode(env: Record<string, string>, event: object = signIn) {
    const script = `
      const { handler } = await import(${JSON.stringify(pathToFileURL(join(folder, 'index.mjs')).href)});
      const answer = await handler(${JSON.stringify(event)}, { awsRequestId: 'request-1' });
      console.log(JSON.stringify(answer.response));`;
    return run(process.execPath, ['--input-type=module', '-e', script], { cwd: folder, env });
  }

  it('migrates a user', async () => {
    const ada = { id: 7, email: 'Ada@Example.com', user_exists: true, success: true };
    usher.willReply(json(ada));
    const { stdout, stderr } = await runNode({
      MIGRATION_API_URL: usher.url,
      MIGRATION_ACCESS_TOKEN: 'token',
    });
    const [log, response, ...rest] = stdout.trim().split('\n');
    expect(JSON.parse(log ?? '')).toMatchObject({
      level: 'info',
      requestId: 'request-1',
      outcome: 'migrated',
    });
    expect(JSON.parse(response ?? '')).toEqual({
      userAttributes: { email: 'ada@example.com', email_verified: 'true', 'custom:rails_app_id': '7' },
      finalUserStatus: 'CONFIRMED',
      messageAction: 'SUPPRESS',
    });
    expect([stderr, rest]).toEqual(['', []]);
    // The permissions of the folder do not stop root from writing.
    expect(await readdir(folder)).toEqual(['index.mjs']);
  });

  it('migrates no user without its configuration and names the missing variable', async () => {
    const failure = runNode({ MIGRATION_API_URL: usher.url });
    await expect(failure).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('MIGRATION_ACCESS_TOKEN is missing'),
    });
  });

  it('writes messages of Cognito without the configuration of the migration', async () => {
    const request = { codeParameter: '{####}', clientMetadata: { language: 'es' } };
    const { stdout, stderr } = await runNode(
      { PUBLIC_URL: 'https://auth.example.com' },
      { ...signIn, triggerSource: 'CustomMessage_ForgotPassword', request },
    );
    const [log, response] = stdout.trim().split('\n');
    expect(JSON.parse(log ?? '')).toMatchObject({ level: 'info', outcome: 'message_written' });
    expect(JSON.parse(response ?? '')).toEqual({
      emailSubject: 'Su código para una nueva contraseña',
      emailMessage: expect.stringContaining('href="https://auth.example.com/reset"'),
      smsMessage: '{####} es su código para auth.example.com. No lo comparta con nadie.',
    });
    expect(stderr).toBe('');
  });
});

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalFolder } from './local-folder.js';
import { freePort } from './ports.js';
import { openSecrets } from './secrets.js';
import { describeStack, writeStackFile } from './stack-file.js';

describe('LocalFolder', () => {
  let parent: string;
  let path: string;
  const open = (fresh = false) => LocalFolder.open(path, { fresh });

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'usher-folder-'));
    path = join(parent, '.local');
  });

  afterEach(() => rm(parent, { recursive: true, force: true }));

  it('is used by one stack at a time, and the error names its process', async () => {
    const folder = await open();
    await expect(open()).rejects.toThrow(`The local stack is running already (process ${process.pid}).`);
    folder.close();
    (await open()).close();
  });

  it('is not emptied while a stack is running', async () => {
    const folder = await open();
    await folder.writeJson('kept.json', {});
    await expect(open(true)).rejects.toThrow('running already');
    expect(await readdir(path)).toContain('kept.json');
    folder.close();
  });

  it.each([
    ['of a dead process', (port: number) => JSON.stringify({ pid: 2 ** 22 + 1, port })],
    [
      'whose PID now belongs to another process',
      (port: number) => JSON.stringify({ pid: process.pid, port }),
    ],
    ['that is incomplete', () => '{"pid":'],
  ])('ignores a lock %s', async (_what, lockWith) => {
    await mkdir(path);
    await writeFile(join(path, 'running.json'), lockWith(await freePort()));
    (await open()).close();
  });

  it('deletes the description of a stack that was killed', async () => {
    await mkdir(path);
    await writeFile(join(path, 'stack.json'), '{}');
    const folder = await open();
    expect(await readdir(path)).toEqual(['running.json']);
    folder.close();
  });

  it('keeps its content between starts without --fresh', async () => {
    let folder = await open();
    const secrets = await openSecrets(folder);
    folder.close();
    folder = await open();
    expect(await openSecrets(folder)).toEqual(secrets);
    folder.close();
    folder = await open(true);
    expect(await openSecrets(folder)).not.toEqual(secrets);
    folder.close();
  });

  it('deletes only its own content', async () => {
    const outside = join(parent, 'outside');
    await mkdir(join(path, 'postgres', 'cluster'), { recursive: true });
    await mkdir(outside);
    await writeFile(join(outside, 'precious'), '');
    await symlink(outside, join(path, 'link'));
    const folder = await open(true);
    expect(await readdir(path)).toEqual(['running.json']);
    expect(await readdir(outside)).toEqual(['precious']);
    folder.close();
    expect(await readdir(parent)).toEqual(['.local', 'outside']);
  });

  it('is readable by its owner only', async () => {
    const folder = await open();
    await openSecrets(folder);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    expect((await stat(join(path, 'secrets.json'))).mode & 0o777).toBe(0o600);
    folder.close();
  });

  it('names a damaged file', async () => {
    const folder = await open();
    await writeFile(join(path, 'secrets.json'), '{');
    await expect(openSecrets(folder)).rejects.toThrow(`${join(path, 'secrets.json')} is damaged.`);
    folder.close();
  });

  it('contains the description of the stack while it runs', async () => {
    const folder = await open();
    const demoUsers = [{ email: 'ada@example.com', password: 'secret', note: 'signs in' }];
    const api = {
      HOST: '0.0.0.0',
      PORT: '3001',
      DATABASE_URL: 'postgresql://stack',
      AWS_REGION: 'eu-west-1',
      AWS_COGNITO_USER_POOL_ID: 'eu-west-1_abc',
      AWS_COGNITO_CLIENT_ID: 'client',
    };
    const addresses = {
      lambdaUrl: 'http://lambda',
      mailUrl: 'http://mail',
      migrationAccessToken: 'token',
      demoUsers,
    };
    await writeStackFile(folder, describeStack(api, addresses));
    const file = join(path, 'stack.json');
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
      apiUrl: 'http://127.0.0.1:3001',
      userPoolUrl: 'https://cognito-idp.eu-west-1.amazonaws.com',
      region: 'eu-west-1',
      userPoolId: 'eu-west-1_abc',
      clientId: 'client',
      databaseUrl: 'postgresql://stack',
      migrationAccessToken: 'token',
      lambdaUrl: 'http://lambda',
      logsUrl: 'https://logs.eu-west-1.amazonaws.com',
      mailUrl: 'http://mail',
      demoUsers,
    });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    folder.close();
    expect(await readdir(path)).toEqual([]);
  });
});

import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '../../../test/support/drivers/until.js';
import { errorOf } from '../../../test/support/contracts/certificate-host.js';
import { createAuthority } from '../../../test/support/builders/certificates.js';
import { FileHost } from './file-host.js';

/** Variables that shells set. */
const shells = ['OLDPWD', 'PWD', 'SHLVL', '_'];

describe('the reload command', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'usher-reload-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  async function deploy(reloadCommand: string, reloadTimeoutMs = 10_000): Promise<void> {
    const certificate = await (await createAuthority()).issue(['api.example.com']);
    await new FileHost({ directory, reloadCommand, reloadTimeoutMs }).deploy(certificate);
  }

  it('runs in a shell after the files are written', async () => {
    await deploy(`cat ${directory}/*/fullchain.pem | head -n 1 > ${directory}/seen`);
    expect(await readFile(join(directory, 'seen'), 'utf8')).toBe('-----BEGIN CERTIFICATE-----\n');
  });

  it("gets certbot's variables for deploy hooks", async () => {
    const certificate = await (await createAuthority()).issue(['api.example.com', 'www.example.com']);
    const reloadCommand = `printf '%s|' "$RENEWED_DOMAINS" "$RENEWED_LINEAGE" > ${directory}/seen`;
    // The command may change its directory, so it needs an absolute path.
    await new FileHost({ directory: relative(process.cwd(), directory), reloadCommand }).deploy(certificate);
    expect(await readFile(join(directory, 'seen'), 'utf8')).toBe(
      `api.example.com www.example.com|${directory}/api.example.com|`,
    );
  });

  it("gets only PATH, HOME, USER, locale and time zone of the service's environment", async () => {
    const more = {
      LC_ALL: 'C.UTF-8',
      SESSION_SECRETS: 'canary-1',
      DATABASE_URL: 'canary-2',
      PATH_2: 'canary-3',
    };
    const before = process.env;
    process.env = { ...before, ...more };
    try {
      await deploy(`env > ${directory}/seen`);
    } finally {
      process.env = before;
    }
    const seen = await readFile(join(directory, 'seen'), 'utf8');
    expect(seen).not.toContain('canary');
    const names = seen.match(/^\w+(?==)/gm)!;
    const allowed = [
      ...['HOME', 'LANG', 'PATH', 'TZ', 'USER', 'RENEWED_DOMAINS', 'RENEWED_LINEAGE'],
      ...shells,
    ];
    expect(names.filter((name) => !allowed.includes(name) && !name.startsWith('LC_'))).toEqual([]);
    expect(names).toEqual(expect.arrayContaining(['PATH', 'LC_ALL', 'RENEWED_DOMAINS', 'RENEWED_LINEAGE']));
  });

  it('runs again with the same certificate, because a previous attempt may have been killed before it', async () => {
    const certificate = await (await createAuthority()).issue(['api.example.com']);
    await new FileHost({ directory }).deploy(certificate);
    await new FileHost({ directory, reloadCommand: `touch ${directory}/seen` }).deploy(certificate);
    await access(join(directory, 'seen'));
  });

  it.each([
    ['exit 3', 'refused', 'The reload command exited with status 3.'],
    ['no-such-command-anywhere', 'misconfigured', 'The reload command exited with status 127.'],
    ['/', 'misconfigured', 'The reload command exited with status 126.'],
    ['kill -TERM $$', 'refused', 'The reload command was killed by SIGTERM.'],
  ])('"%s" is %s', async (command, reason, message) => {
    const error = await errorOf(deploy(command));
    expect(error).toMatchObject({ reason, message });
  });

  it('does not show its output in errors', async () => {
    const error = await errorOf(
      deploy(`cat ${directory}/*/privkey.pem; cat ${directory}/*/privkey.pem >&2; exit 1`),
    );
    expect(error.message).toBe('The reload command exited with status 1.');
  });

  it('may write any amount of output', async () => {
    await deploy('head -c 1000000 /dev/zero');
  });

  it('is not waited for when it starts a daemon', async () => {
    await deploy(`sleep 300 & echo $! > ${directory}/pid`);
    const pid = Number(await readFile(join(directory, 'pid'), 'utf8'));
    expect(isRunning(pid)).toBe(true);
    process.kill(pid, 'SIGKILL');
  });

  it('is killed with its children after the timeout', async () => {
    const error = await errorOf(deploy(`echo $$ > ${directory}/pid; sleep 300; true`, 300));
    expect(error.reason).toBe('unavailable');
    expect(error.message).toBe('The reload command did not finish within 300 ms.');
    const pid = Number(await readFile(join(directory, 'pid'), 'utf8'));
    await until(() => !isRunning(-pid));
  });
});

/** A process, or a process group for a negative number. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

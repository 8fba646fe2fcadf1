import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFile, cp, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startUserPool } from '../src/server.js';
import { password, refusal, sdkFor, startTestPool, TestPool } from './support.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'user-pool-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** Opens the data of the same pool in another server. */
async function restart(pool: TestPool, dataDir: string): Promise<TestPool> {
  const server = await startUserPool({ dataDir, publicUrl: pool.server.url });
  return new TestPool(server, sdkFor(server.localUrl), pool.poolId, pool.clientId);
}

describe('data on disk', () => {
  it('survives a restart: users, tokens, revocations', async () => {
    const pool = await startTestPool({}, {}, { dataDir: directory });
    await pool.createUser('ann@example.com');
    const kept = (await pool.signIn('ann@example.com')).AuthenticationResult;
    const revoked = (await pool.signIn('ann@example.com')).AuthenticationResult;
    await pool.sdk.revokeToken({ ClientId: pool.clientId, Token: revoked?.RefreshToken });
    await pool.server.close();

    const again = await restart(pool, directory);
    await again.sdk.getUser({ AccessToken: kept?.AccessToken });
    const refresh = (token = '') =>
      again.sdk.initiateAuth({
        ClientId: pool.clientId,
        AuthFlow: 'REFRESH_TOKEN_AUTH',
        AuthParameters: { REFRESH_TOKEN: token },
      });
    await refresh(kept?.RefreshToken);
    expect((await refusal(refresh(revoked?.RefreshToken))).message).toBe('Refresh Token has been revoked');
    expect((await again.signIn('ANN@example.com')).AuthenticationResult).toBeDefined();
    await again.server.close();
  });

  it('is complete at any time, even with an incomplete last line', async () => {
    const pool = await startTestPool({}, {}, { dataDir: directory });
    await pool.createUser('ann@example.com');
    // A copy of the running server's data equals the data of a killed process.
    const copy = join(directory, 'copy');
    await cp(join(directory, 'journal.jsonl'), join(copy, 'journal.jsonl'));
    await cp(join(directory, 'keys'), join(copy, 'keys'), { recursive: true });
    await appendFile(join(copy, 'journal.jsonl'), '[{"kind":"user","id":"');
    const again = await restart(pool, copy);
    expect((await again.signIn('ann@example.com')).AuthenticationResult).toBeDefined();
    await again.createUser('bea@example.com');
    await again.server.close();
    const oncemore = await restart(pool, copy);
    expect((await oncemore.signIn('bea@example.com')).AuthenticationResult).toBeDefined();
    await oncemore.server.close();
    await pool.server.close();
  });

  it('is writable after an incomplete line', async () => {
    const pool = await startTestPool({}, {}, { dataDir: directory });
    await pool.createUser('ann@example.com');
    await pool.server.close();
    await appendFile(join(directory, 'journal.jsonl'), '[{"kind":"user"\n[]\n');
    const again = await restart(pool, directory);
    expect((await again.signIn('ann@example.com')).AuthenticationResult).toBeDefined();
    await again.server.close();
  });

  it('contains no password and no token, and is readable by its owner only', async () => {
    const pool = await startTestPool({}, {}, { dataDir: directory });
    await pool.createUser('ann@example.com');
    const tokens = (await pool.signIn('ann@example.com')).AuthenticationResult;
    await pool.forgot('ann@example.com');
    expect(pool.lastCode()).toMatch(/^\d{6}$/);
    await pool.server.close();
    const files = await readdir(directory, { recursive: true, withFileTypes: true });
    for (const file of files.filter((entry) => entry.isFile())) {
      const path = join(file.parentPath, file.name);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      const content = await readFile(path, 'utf8');
      for (const secret of [password, tokens?.RefreshToken, tokens?.AccessToken]) {
        expect(content).not.toContain(secret);
      }
    }
  });
});

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmod, cp, mkdir, mkdtemp, readdir, readlink, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { chooseAccount } from './account.js';
import { findBinaries, installedPackage } from './binaries.js';

const isRoot = process.getuid?.() === 0;
const onlyAsRoot = isRoot ? it : it.skip;

describe('findBinaries', () => {
  let folder: string;
  let checkout: string;
  let copies: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'usher-binaries-'));
    await chmod(folder, 0o755);
    checkout = join(folder, 'checkout');
    copies = join(folder, 'copies');
    await mkdir(copies);
    await cp(installedPackage(), checkout, {
      recursive: true,
      // npm packages contain no symbolic links.
      filter: async (path) => !(await readlink(path).catch(() => '')),
    });
  });

  const find = async () => findBinaries(await chooseAccount(folder), checkout, [copies]);

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('creates missing symbolic links', async () => {
    expect(await find()).toBe(join(checkout, 'native'));
  });

  onlyAsRoot('copies what the unprivileged account cannot reach, once', async () => {
    await chmod(checkout, 0o700);
    const native = await find();
    const { ctimeMs } = await stat(native);
    expect(await find()).toBe(native);
    expect((await stat(native)).ctimeMs).toBe(ctimeMs);
    expect([await readdir(copies), basename(native)]).toEqual([[basename(dirname(native))], 'native']);
  });

  onlyAsRoot('runs nothing from a copy that others can write to', async () => {
    await chmod(checkout, 0o700);
    await chmod(dirname(await find()), 0o777);
    await expect(find()).rejects.toThrow(/EACCES.*Set DATABASE_URL/);
  });
});

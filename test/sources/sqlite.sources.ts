import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { behavesAsLegacySource } from '../support/contracts/legacy-source.js';
import { runSqlite, startSqliteSource } from '../support/drivers/legacy-sqlite.js';

behavesAsLegacySource(startSqliteSource);

const file = { table: 'people', columns: { id: 'id', email: 'email', hash: 'password' } };

describe('an SQLite file', () => {
  const problem = async (spoil: (path: string) => unknown) => {
    const world = await startSqliteSource();
    try {
      await world.create({
        name: 'people',
        columns: { id: 'integer', email: 'text', password: 'text' },
        rows: [],
      });
      await spoil(world.path);
      const source = await world.open(file);
      await source.prepare().finally(() => source.close());
    } finally {
      await world.close();
    }
  };

  it('in WAL mode is refused with a remedy', async () => {
    const setVersions = async (path: string) => {
      const { readFile } = await import('node:fs/promises');
      const content = await readFile(path);
      content.writeUInt16BE(0x0202, 18);
      await writeFile(path, content);
    };
    await expect(problem(setVersions)).rejects.toMatchObject({
      problems: [expect.stringMatching(/^the SQLite file is in WAL mode, .*"VACUUM INTO 'copy\.db'"$/)],
    });
  });

  it('of another format is refused', async () => {
    await expect(problem((path) => writeFile(path, 'id,email\n'))).rejects.toMatchObject({
      problems: ['the file is not an SQLite database'],
    });
  });

  it('is read as the application changes it', async () => {
    const world = await startSqliteSource();
    await world.create({
      name: 'people',
      columns: { id: 'integer', email: 'text', password: 'text' },
      rows: [[1, 'a@example.com', 'old']],
    });
    const source = await world.open(file);
    expect((await source.find('a@example.com', [])).user?.passwordHash).toBe('old');
    runSqlite(world.path, [{ sql: "UPDATE people SET password = 'new'" }]);
    expect((await source.find('a@example.com', [])).user?.passwordHash).toBe('new');
    await source.close();
    await world.close();
  });

  it('has booleans as Rails wrote them', async () => {
    const world = await startSqliteSource();
    await world.create({
      name: 'people',
      columns: { id: 'integer', email: 'text', password: 'text', active: 'boolean' },
      rows: [
        [1, 'a@example.com', 'h', 't'],
        [2, 'b@example.com', 'h', 'f'],
      ],
    });
    const source = await world.open({
      ...file,
      columns: { ...file.columns, blocked: { not: 'active' } },
      where: { active: false },
    });
    expect((await source.scan(undefined, 10)).users).toMatchObject([{ id: '2', blocked: true }]);
    await source.close();
    await world.close();
  });

  it('finds addresses with capitals by an index of lower(email)', async () => {
    const world = await startSqliteSource();
    await world.create({
      name: 'people',
      columns: { id: 'integer', email: 'text', password: 'text' },
      rows: [[1, 'Ada@Example.com', 'h']],
    });
    runSqlite(world.path, [{ sql: 'CREATE INDEX people_email ON people (lower("email"))' }]);
    const source = await world.open(file);
    expect((await source.find('ada@example.com', [])).user?.id).toBe('1');
    await source.close();
    await world.close();
  });
});

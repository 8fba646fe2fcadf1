import { rename, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { behavesAsLegacySource, type SourceWorld } from '../support/contracts/legacy-source.js';
import { startCsvSource } from '../support/drivers/legacy-csv.js';
import { SourceError } from '../../src/legacy/legacy-source.js';

behavesAsLegacySource(startCsvSource);

const file = { columns: { id: 'id', email: 'email', hash: 'hash', first_name: 'name' } };

describe('a CSV file', () => {
  let world: SourceWorld & { path: string };
  beforeEach(async () => {
    world = await startCsvSource();
  });
  afterEach(() => world.close());

  const write = (text: string) => writeFile(world.path, text);

  it('may have a byte order mark, quotes, commas, line breaks, blank lines and either line ending', async () => {
    await write(
      '\ufeffid,email,hash,name\r\n1,a@example.com,h1,"Ada, ""A"""\r\n\r\n2,b@example.com,"h\n2",\n"3",é@example.com,h3,Zoë',
    );
    const source = await world.open(file);
    const { users } = await source.scan(undefined, 10);
    expect(
      users.map(({ id, email, passwordHash, firstName }) => [id, email, passwordHash, firstName]),
    ).toEqual([
      ['1', 'a@example.com', 'h1', 'Ada, "A"'],
      ['2', 'b@example.com', 'h\n2', null],
      ['3', 'é@example.com', 'h3', 'Zoë'],
    ]);
    for (const [index, email] of ['A@example.com', 'b@example.com', 'É@example.com'].entries())
      expect((await source.find(email, [])).user).toEqual(users[index]);
  });

  it('is indexed again when it changes, also by another file of its name', async () => {
    await write('id,email,hash,name\n1,a@example.com,old,\n');
    const source = await world.open(file);
    const hash = async (email: string) => (await source.find(email, [])).user?.passwordHash;
    expect(await hash('a@example.com')).toBe('old');
    await write('id,email,hash,name\n1,a@example.com,newer,\n2,b@example.com,h,\n');
    expect(await hash('a@example.com')).toBe('newer');
    expect(await hash('b@example.com')).toBe('h');
    await writeFile(`${world.path}.new`, 'id,email,hash,name\n2,b@example.com,replaced,\n');
    await rename(`${world.path}.new`, world.path);
    expect(await hash('a@example.com')).toBeUndefined();
    expect(await hash('b@example.com')).toBe('replaced');
  });

  it('that changes between two pages is not read on', async () => {
    await write('id,email,hash,name\n1,a@example.com,h,\n2,b@example.com,h,\n');
    const source = await world.open(file);
    const { next } = await source.scan(undefined, 1);
    await write('id,email,hash,name\n2,b@example.com,h,\n');
    await expect(source.scan(next, 1)).rejects.toBeInstanceOf(SourceError);
  });

  it.each([
    ['', /the file is empty$/],
    ['id,email,name\n1,a,b\n', /^columns\.hash: there is no column hash in /],
    ['id,email,hash,name,id\n', /two columns are called id$/],
    ['id,email,hash,name\n1,a,b,c\n2,a,b\n', /another number of columns in line 3$/],
    ['id,email,hash,name\n1,a,b,"c\n', /a quote that is not closed or out of place in line \d$/],
    ['id,email,hash,name\n1,a,b,c\n1,a,b,c\n', /^columns\.id: id is not a key of /],
    ['id,email,hash,name\n,a,b,c\n', /^columns\.id: id is not a key of /],
  ])('%j is refused in one line', async (text, problem) => {
    await write(text);
    const source = await world.open(file);
    const error: unknown = await source.prepare().catch((reason: unknown) => reason);
    expect((error as SourceError).problems).toEqual([expect.stringMatching(problem)]);
  });
});

import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPool, createUser, emailOf } from './load.js';
import { startUserPool } from './servers.js';

/**
 * A data folder in `directory` whose pool has as many users, all with one password: made of one true user, copied.
 * @returns `{ folder, clientId }`
 */
export async function seed(directory, count) {
  const template = join(directory, 'template');
  const server = await startUserPool(template);
  const { poolId, clientId } = await createPool(server.url);
  await createUser(server.url, poolId, 0);
  await server.stop();
  const folder = join(directory, `users-${count}`);
  mkdirSync(folder);
  cpSync(join(template, 'keys'), join(folder, 'keys'), { recursive: true });
  const lines = readFileSync(join(template, 'journal.jsonl'), 'utf8').trim().split('\n');
  const [user] = JSON.parse(lines.at(-1));
  const copies = Array.from({ length: count }, (_, index) => {
    const sub = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
    const attributes = { ...user.value.attributes, email: emailOf(index) };
    const value = { ...user.value, sub, username: sub, sequence: index + 1, attributes };
    return JSON.stringify([{ kind: 'user', id: `${poolId}/${sub}`, value }]);
  });
  const others = lines.filter((line) => !line.includes('"kind":"user"'));
  writeFileSync(join(folder, 'journal.jsonl'), `${[...others, ...copies].join('\n')}\n`);
  rmSync(template, { recursive: true });
  return { folder, clientId };
}

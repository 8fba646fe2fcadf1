/**
 * The stand-in against cognito-local and against itself, as ratios within one run: `npm run bench:user-pool`.
 * cognito-local is installed into a temporary folder.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool, createUser, emailOf, signIns } from './load.js';
import { startCognitoLocal, startUserPool } from './servers.js';

const directory = mkdtempSync(join(tmpdir(), 'user-pool-bench-'));
let failed = false;

function report(name, ratio, limit, isGood) {
  failed ||= !isGood;
  console.log(`${isGood ? 'ok  ' : 'MISS'}  ${name}: ${ratio.toFixed(2)} (limit ${limit})`);
}

/** A data folder whose pool has as many users, all with one password: made of one true user, copied. */
async function seed(count) {
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

async function measureOurs(users, count) {
  const { folder, clientId } = await seed(users);
  const server = await startUserPool(folder);
  await signIns({ url: server.url, clientId, users }, 500);
  return { server, rate: () => signIns({ url: server.url, clientId, users }, count) };
}

async function againstCognitoLocal() {
  const other = await startCognitoLocal(join(directory, 'cognito-local'));
  const { poolId, clientId } = await createPool(other.url);
  for (let index = 0; index < 1000; index++) await createUser(other.url, poolId, index);
  const ours = await measureOurs(1000, 3000);
  const rates = { theirs: [], ours: [] };
  // Alternating, so that whatever else the machine does hits both.
  for (let round = 0; round < 5; round++) {
    rates.theirs.push(await signIns({ url: other.url, clientId, users: 1000 }, 100));
    rates.ours.push(await ours.rate());
  }
  const ratio = median(rates.ours) / median(rates.theirs);
  report('sign-ins a second against cognito-local, 1,000 users', ratio, 'at least 10', ratio >= 10);
  await other.stop();
  return ours;
}

async function againstMoreUsers(small) {
  const large = await measureOurs(100_000, 3000);
  const rates = { small: [], large: [] };
  for (let round = 0; round < 5; round++) {
    rates.small.push(await small.rate());
    rates.large.push(await large.rate());
  }
  await large.server.stop();
  const ratio = median(rates.small) / median(rates.large);
  report('slower with 100,000 users than with 1,000', ratio, 'at most 1.3', ratio <= 1.3);
}

async function memoryGrowth() {
  const { folder, clientId } = await seed(1000);
  const server = await startUserPool(folder);
  const load = { url: server.url, clientId, users: 1000 };
  await signIns(load, 10_000);
  const before = server.memory();
  await signIns(load, 90_000);
  const ratio = server.memory() / before;
  report('memory after 100,000 sign-ins against 10,000', ratio, 'at most 1.3', ratio <= 1.3);
  await server.stop();
}

const median = (values) => [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];

try {
  const small = await againstCognitoLocal();
  await againstMoreUsers(small);
  await small.server.stop();
  rmSync(join(directory, 'users-1000'), { recursive: true });
  await memoryGrowth();
} finally {
  rmSync(directory, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;

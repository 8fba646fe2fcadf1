import { paginateListUsers } from '@aws-sdk/client-cognito-identity-provider';
import { runCommand } from '../support/command.js';
import { refresh } from './actors/refresh.js';
import { signIn, tryWrong } from './actors/sign-in.js';
import type { Stage } from './actors/actor.js';
import { type Person, Wronged } from './person.js';
import { until } from './until.js';
import type { World } from './world/world.js';

const atOnce = 8;

/** Longer than a process has for a mail that it took, and died. */
const mailPatienceMs = 150_000;

/** What is wrong with anybody when all is over; empty is well. */
export async function reckon(world: World, stage: Stage, people: Person[]): Promise<string[]> {
  await until('every mail was sent', () => isOutboxEmpty(world), mailPatienceMs);
  const wrongs = [...checkMails(stage, people), ...(await checkSignIns(world, stage, people))];
  return [...wrongs, ...(await checkRows(world, people)), ...(await checkPool(world, people))];
}

async function isOutboxEmpty({ database }: World): Promise<true | undefined> {
  return (await database.sql('SELECT 1 FROM usher.outbox LIMIT 1')).length === 0 || undefined;
}

/** Whoever was promised a mail has got it. */
function checkMails({ post }: Stage, people: Person[]): string[] {
  return people.flatMap((person) => {
    const subjects = post.mailsTo(person.email).map(({ subject }) => subject);
    const fitting = (promise: string) => subjects.filter((subject) => subject === promise).length;
    const missing = [...new Set(person.promised)].filter(
      (promise) => fitting(promise) < person.promised.filter((other) => other === promise).length,
    );
    return missing.map((subject) =>
      describe(person, `never got "${subject}", but ${subjects.join(', ') || 'nothing'}`),
    );
  });
}

/** The right password lets them in, no other one does, and the session they had goes on. */
async function checkSignIns({ database }: World, stage: Stage, people: Person[]): Promise<string[]> {
  const wrongs: string[] = [];
  // Tries of the last minute, some miscounted: the question here is who gets in, and not how often one may ask.
  await database.sql('DELETE FROM usher.rate_limits');
  const left = [...people];
  const check = async (person: Person) => {
    if (person.tokens) await refresh(stage, person);
    await signIn(stage, person);
    for (const password of [`not-${person.password}`, ...person.former])
      if (!(await tryWrong(stage, person, password)))
        throw new Wronged(person, 'a wrong password, another answer');
  };
  const work = async () => {
    for (let person = left.shift(); person; person = left.shift())
      await check(person).catch((error: unknown) => wrongs.push(String(error)));
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return wrongs;
}

interface Row {
  id: string;
  email: string;
  sub: string | null;
  state: string | null;
  reason: string | null;
}

const rows = `
  SELECT id, email, cognito_sub AS sub, usher_migration_state AS state, usher_migration_reason AS reason
  FROM users WHERE lower(email) LIKE '%@example.org'`;

/** One row for each, linked to one user of the pool, who moved or joined as they should. */
async function checkRows(world: World, people: Person[]): Promise<string[]> {
  const byEmail = new Map<string, Row[]>();
  for (const row of await world.database.sql<Row & { [column: string]: string | null }>(rows))
    byEmail.set(row.email.toLowerCase(), [...(byEmail.get(row.email.toLowerCase()) ?? []), row]);
  const subs = await poolUsers(world);
  return people.flatMap((person) => {
    const [row, ...others] = byEmail.get(person.email) ?? [];
    const inPool = subs.get(person.email) ?? [];
    const state = person.email.startsWith('legacy') ? 'migrated' : 'imported';
    const wrongs = [
      row === undefined && 'has no row',
      others.length > 0 && 'has several rows',
      inPool.length !== 1 && `is in the pool ${inPool.length} times`,
      row && row.sub !== inPool[0] && 'is linked to somebody else',
      row && row.state !== state && `is ${row.state} (${row.reason}) in the ledger`,
    ];
    return wrongs.filter((wrong) => typeof wrong === 'string').map((wrong) => describe(person, wrong));
  });
}

/** Usernames by address. */
async function poolUsers({ cognito, ids }: World): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for await (const { Users = [] } of paginateListUsers({ client: cognito }, { UserPoolId: ids.userPoolId }))
    for (const { Username = '', Attributes = [] } of Users) {
      const email = Attributes.find(({ Name }) => Name === 'email')?.Value ?? '';
      found.set(email, [...(found.get(email) ?? []), Username]);
    }
  return found;
}

/** Usher's own comparison finds nothing, and its counts are those of a fresh count. */
async function checkPool({ variables }: World, people: Person[]): Promise<string[]> {
  const known = new Set(people.map(({ email }) => email));
  const { out } = await runCommand(['migration', 'reconcile', '--json'], variables);
  const findings = out.trim().split('\n').slice(0, -1);
  const wrongs = findings.filter((line) => known.has((JSON.parse(line) as { email: string }).email));
  const status = () => runCommand(['migration', 'status', '--json'], variables);
  const kept = await status();
  await runCommand(['migration', 'recount'], variables);
  const counted = await status();
  if (kept.out !== counted.out) wrongs.push(`counts were kept as ${kept.out}, and are ${counted.out}`);
  return wrongs;
}

const describe = (person: Person, what: string): string => new Wronged(person, what).message;

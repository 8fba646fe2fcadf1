import { paginateListUsers } from '@aws-sdk/client-cognito-identity-provider';
import { runCommand } from '../support/drivers/command.js';
import { refresh } from './actors/refresh.js';
import { signIn, tryWrongPassword } from './actors/sign-in.js';
import type { Stage } from './actors/actor.js';
import { type Person, Violation } from './person.js';
import { until } from './until.js';
import type { World } from './world/world.js';

const atOnce = 8;

/** Longer than the lease of a mail whose process was killed. */
const mailTimeoutMs = 150_000;

/** Checks all people after the traffic has stopped. @returns one text per violation */
export async function findViolations(world: World, stage: Stage, people: Person[]): Promise<string[]> {
  await until('every mail was posted and sent', () => isOutboxEmpty(world), mailTimeoutMs);
  const violations = [...checkMails(stage, people), ...(await checkSignIns(world, stage, people))];
  return [...violations, ...(await checkRows(world, people)), ...(await checkPool(world, people))];
}

/** The follow-ups of a password change post a mail, after a fault within seconds. */
async function isOutboxEmpty({ database }: World): Promise<true | undefined> {
  const waiting = await database.sql(
    `SELECT 1 FROM usher.outbox UNION ALL SELECT 1 FROM usher.password_changes WHERE completed_at IS NULL LIMIT 1`,
  );
  return waiting.length === 0 || undefined;
}

/** Every promised mail arrived. */
function checkMails({ mailbox }: Stage, people: Person[]): string[] {
  return people.flatMap((person) => {
    const subjects = mailbox.mailsTo(person.email).map(({ subject }) => subject);
    const fitting = (promise: string) => subjects.filter((subject) => subject === promise).length;
    const missing = [...new Set(person.promised)].filter(
      (promise) => fitting(promise) < person.promised.filter((other) => other === promise).length,
    );
    return missing.map((subject) =>
      describe(person, `did not receive "${subject}", only ${subjects.join(', ') || 'nothing'}`),
    );
  });
}

/** The right password signs in, others do not, and the session is still live. */
async function checkSignIns({ database }: World, stage: Stage, people: Person[]): Promise<string[]> {
  const violations: string[] = [];
  // Rate limits are not under test here, and some counts are wrong after the faults.
  await database.sql('DELETE FROM usher.rate_limits');
  const left = [...people];
  const check = async (person: Person) => {
    if (person.tokens) await refresh(stage, person);
    await signIn(stage, person);
    for (const password of [`not-${person.password}`, ...person.former])
      if (!(await tryWrongPassword(stage, person, password)))
        throw new Violation(person, 'a wrong password was not answered as auth.invalid_credentials');
  };
  const work = async () => {
    for (let person = left.shift(); person; person = left.shift())
      await check(person).catch((error: unknown) => violations.push(String(error)));
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return violations;
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

/** One row per person, linked to its only pool user, in the expected migration state. */
async function checkRows(world: World, people: Person[]): Promise<string[]> {
  const byEmail = new Map<string, Row[]>();
  for (const row of await world.database.sql<Row & { [column: string]: string | null }>(rows))
    byEmail.set(row.email.toLowerCase(), [...(byEmail.get(row.email.toLowerCase()) ?? []), row]);
  const subs = await poolUsers(world);
  return people.flatMap((person) => {
    const [row, ...others] = byEmail.get(person.email) ?? [];
    const inPool = subs.get(person.email) ?? [];
    const state = person.email.startsWith('legacy') ? 'migrated' : 'imported';
    const violations = [
      row === undefined && 'has no row',
      others.length > 0 && 'has several rows',
      inPool.length !== 1 && `is in the pool ${inPool.length} times`,
      row && row.sub !== inPool[0] && 'is linked to another pool user',
      row && row.state !== state && `is ${row.state} (${row.reason}) as migration state`,
    ];
    return violations.filter((wrong) => typeof wrong === 'string').map((wrong) => describe(person, wrong));
  });
}

/** Pool usernames by address. */
async function poolUsers({ cognito, ids }: World): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for await (const { Users = [] } of paginateListUsers({ client: cognito }, { UserPoolId: ids.userPoolId }))
    for (const { Username = '', Attributes = [] } of Users) {
      const email = Attributes.find(({ Name }) => Name === 'email')?.Value ?? '';
      found.set(email, [...(found.get(email) ?? []), Username]);
    }
  return found;
}

/** `usher migration reconcile` finds nothing, and the stored counts equal a recount. */
async function checkPool({ variables }: World, people: Person[]): Promise<string[]> {
  const known = new Set(people.map(({ email }) => email));
  const { out } = await runCommand(['migration', 'reconcile', '--json'], variables);
  const findings = out.trim().split('\n').slice(0, -1);
  const violations = findings.filter((line) => known.has((JSON.parse(line) as { email: string }).email));
  const status = () => runCommand(['migration', 'status', '--json'], variables);
  const kept = await status();
  await runCommand(['migration', 'recount'], variables);
  const counted = await status();
  if (kept.out !== counted.out)
    violations.push(`stored counts are ${kept.out}, but a recount gives ${counted.out}`);
  return violations;
}

const describe = (person: Person, what: string): string => new Violation(person, what).message;

import { beforeAll, beforeEach, expect } from '@jest/globals';
import type { UserId } from '#contracts';
import { type Outcome, runCommand } from './command.js';
import { signInWithTokens } from './sessions.js';
import type { Usher } from './usher.js';

interface Line {
  kind: string;
  id: number | null;
  email: string;
  mend?: string | null;
  outcome?: string;
}

/** Shared steps of the tests of `usher migration reconcile`. */
export function reconcileTools(usher: () => Usher) {
  const reconcile = (...argv: string[]): Promise<Outcome> =>
    runCommand(['migration', 'reconcile', ...argv], {
      DATABASE_URL: usher().database.url,
      AWS_REGION: usher().variables.AWS_REGION,
      AWS_COGNITO_USER_POOL_ID: usher().userPoolId,
      AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: usher().proxy.url,
      // Variables that the command does not use may be invalid.
      PORT: 'not a port',
    });

  /** The lines with one discrepancy each, without the summary. */
  const linesOf = ({ out }: Outcome): Line[] =>
    out
      .trim()
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Line);

  const essence = (outcome: Outcome) =>
    linesOf(outcome).map(({ kind, email, mend, outcome: done }) => [kind, email, mend ?? done ?? null]);

  const inPool = (Username: string) => ({ UserPoolId: usher().userPoolId, Username });
  const poolUser = (name: string) => usher().cognito.adminGetUser(inPool(name));
  const poolEmail = async (name: string) =>
    (await poolUser(name)).UserAttributes?.find(({ Name }) => Name === 'email')?.Value;

  const rowOf = async (id: UserId) =>
    (
      await usher().database.sql<Record<string, string | null>>(
        `SELECT email, cognito_sub AS sub, usher_migration_state AS state, usher_migration_reason AS reason,
         usher_disabled_at IS NOT NULL AS disabled, encrypted_password <> '' AS "hasHash" FROM users WHERE id = $1`,
        [id],
      )
    )[0];

  const migrate = async (person: { id: number; email: string; password: string }) => {
    const { accessToken } = await signInWithTokens(usher().api, person);
    // Older than the listing, which may lack users who were linked later.
    await usher().database.sql(
      `UPDATE users SET cognito_linked_at = now() - interval '1 hour' WHERE id = $1`,
      [person.id],
    );
    return { accessToken, sub: String((await rowOf(person.id))?.sub) };
  };

  async function expectAgreement(): Promise<void> {
    const { status, out } = await reconcile();
    expect(out).toMatch(/^Read \d+ pool users?\. Found 0 discrepancies\. Repaired 0\.\n$/);
    expect(status).toBe(0);
  }

  /** Expects this one discrepancy, no change without `--apply`, and a repair with it. */
  async function expectRepaired(kind: string, email: string, repair: string): Promise<void> {
    const dry = await reconcile('--json');
    expect({ status: dry.status, found: essence(dry) }).toEqual({
      status: 3,
      found: [[kind, email, repair]],
    });
    expect(essence(await reconcile('--json'))).toEqual(essence(dry));
    const applied = await reconcile('--apply', '--json');
    expect({ status: applied.status, done: essence(applied) }).toEqual({
      status: 0,
      done: [
        [kind, email, repair],
        [kind, email, 'mended'],
      ],
    });
    await expectAgreement();
  }

  const poolUserAnswer = (sub: string, email: string) => ({
    Username: sub,
    UserStatus: 'CONFIRMED',
    Enabled: true,
    UserAttributes: [
      { Name: 'sub', Value: sub },
      { Name: 'email', Value: email },
      { Name: 'email_verified', Value: 'true' },
    ],
  });

  const audited = async (id: UserId) =>
    (
      await usher().database.sql<{ change: string }>(
        `SELECT details->>'change' AS change FROM usher.audit WHERE user_id = $1 AND action = 'reconcile' AND actor = 'operator'`,
        [id],
      )
    ).map(({ change }) => change);

  const save = () => usher().database.sql('CREATE TABLE usher.saved AS SELECT * FROM users');

  /** Restores both sides: faster than another stack for each test. */
  const startOver = async () => {
    const { Users = [] } = await usher().cognito.listUsers({ UserPoolId: usher().userPoolId });
    for (const { Username } of Users) await usher().cognito.adminDeleteUser(inPool(Username ?? ''));
    if (Users.length === 60) await startOver();
    await usher().database.sql('DELETE FROM users');
    await usher().database.sql('INSERT INTO users SELECT * FROM usher.saved');
    await usher().database.sql(
      'TRUNCATE usher.audit, usher.sessions, usher.sign_outs, usher.account_failures CASCADE',
    );
    usher().proxy.calls.splice(0);
  };

  /** Registers hooks that restore both sides before each test. */
  const restoreBeforeEach = () => {
    beforeAll(save);
    beforeEach(startOver);
  };

  return {
    restoreBeforeEach,
    reconcile,
    linesOf,
    essence,
    inPool,
    poolUser,
    poolEmail,
    rowOf,
    migrate,
    expectAgreement,
    expectRepaired,
    poolUserAnswer,
    audited,
  };
}

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { poolFixtures } from '../support/builders/doctor-fixtures.js';
import { serviceFixtures } from '../support/builders/doctor-fixtures-of-services.js';
import { type Described, functionArn, migrationToken, openDoctorWorld } from '../support/drivers/doctor.js';

const world = openDoctorWorld();

/** Runs a printed command as it stands, in a shell with AWS's command line. */
const paste = (command: string) =>
  promisify(execFile)('/bin/sh', ['-c', command], {
    // Debian's own, where there are several.
    env: { PATH: `/usr/bin:${process.env.PATH}`, AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' },
  });

describe('the remedy of a finding', () => {
  it.each(
    [...poolFixtures, ...serviceFixtures]
      .filter(({ changes }) => changes)
      .map((fixture) => [fixture.id, fixture.mistake, fixture] as const),
  )('%s repairs %s and changes nothing else', async (id, _mistake, { installation, changes }) => {
    const installed = await world.install({
      ...installation,
      environment: { MIGRATION_FUNCTION_ARN: functionArn, ...installation.environment },
    });
    const before = await installed.describe();
    const found = async () => (await installed.examine()).report.findings.filter((one) => one.id === id);
    // What the operator fills in.
    for (const { remedy } of await found())
      await paste(remedy.replaceAll('<one of MIGRATION_ACCESS_TOKENS>', migrationToken));
    expect(await found()).toEqual([]);
    const after = await installed.describe();
    expect([
      ...changed(before.pool, after.pool),
      ...changed(before.client, after.client),
      ...changed(settingsOf(before), settingsOf(after)),
      ...changed({ policy: before.policy }, { policy: after.policy }),
    ]).toEqual(changes);
  });
});

/** The environment by variable. */
function settingsOf({ lambda: { $metadata: _, Environment, ...settings } }: Described): object {
  const variables = Object.entries(Environment?.Variables ?? {});
  return {
    ...settings,
    ...Object.fromEntries(variables.map(([name, value]) => [`Environment.${name}`, value])),
  };
}

/** What each change of settings changes as well. */
const times = ['LastModified', 'LastModifiedDate', 'RevisionId'];

/** The members that differ. */
function changed(before: object, after: object): string[] {
  const old = before as Record<string, unknown>;
  const now = after as Record<string, unknown>;
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].filter(
    (name) => !times.includes(name) && JSON.stringify(old[name]) !== JSON.stringify(now[name]),
  );
}

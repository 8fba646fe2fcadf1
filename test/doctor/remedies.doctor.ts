import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { poolFixtures } from '../support/builders/doctor-fixtures.js';
import { functionArn, openDoctorWorld } from '../support/drivers/doctor.js';

const world = openDoctorWorld();

/** Runs a printed command as it stands, in a shell with AWS's command line. */
const paste = (command: string) =>
  promisify(execFile)('/bin/sh', ['-c', command], {
    // Debian's own, where there are several.
    env: { PATH: `/usr/bin:${process.env.PATH}`, AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' },
  });

describe('the remedy of a finding', () => {
  it.each(
    poolFixtures
      .filter(({ changes }) => changes)
      .map((fixture) => [fixture.id, fixture.mistake, fixture] as const),
  )('%s repairs %s and changes nothing else', async (id, _mistake, { installation, changes }) => {
    const installed = await world.install({
      ...installation,
      environment: { MIGRATION_FUNCTION_ARN: functionArn, ...installation.environment },
    });
    const { pool, client } = await installed.describe();
    const found = async () => (await installed.examine()).report.findings.filter((one) => one.id === id);
    for (const { remedy } of await found()) await paste(remedy);
    expect(await found()).toEqual([]);
    const after = await installed.describe();
    expect([...changed(pool, after.pool), ...changed(client, after.client)]).toEqual(changes);
  });
});

/** The members that differ, without the time of the change. */
function changed(before: object, after: object): string[] {
  const old = before as Record<string, unknown>;
  const now = after as Record<string, unknown>;
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].filter(
    (name) => name !== 'LastModifiedDate' && JSON.stringify(old[name]) !== JSON.stringify(now[name]),
  );
}

import type { Command } from 'commander';
import { escapeControlChars } from '../../common/names/escape-control-chars.js';
import { CommandError, counted, exitStatus, type Io } from '../command.js';
import type { Examination } from '../contexts/doctor.js';

interface Options {
  live?: boolean;
  json?: true;
}

const explanation = `
Checks the user pool, its app clients, the migration Lambda, quotas, the legacy source, the database, mail, certificates and
addresses for mistakes that break a migration silently. For each finding it prints the effect and a command that repairs it. What
could not be looked at is listed with the reason. Nothing is changed.

With --live, a random unknown address is signed in, and the migration Lambda must ask POST /aws/auth of the running API for it.

Exit status: 0 nothing found; 1 the pool could not be asked; 2 invalid arguments or configuration; 3 something was found.
Needs AWS_REGION, AWS_COGNITO_USER_POOL_ID, AWS_COGNITO_CLIENT_ID and AWS credentials; for the other checks the variables of the API. --live needs DATABASE_URL.`;

/** `usher doctor` */
export function doctorCommand(program: Command, io: Io): void {
  program
    .command('doctor')
    .description('Find settings that break the migration silently.')
    .option('--live', 'sign a random unknown address in, and wait for POST /aws/auth')
    .option('--json', 'print JSON')
    .addHelpText('after', explanation)
    .action(async ({ live = false, json }: Options) => {
      const { runDoctor } = await import('../contexts/doctor.js');
      const examination = await runDoctor(io, live);
      io.out(`${json ? JSON.stringify(examination.report) : reportOf(examination)}\n`);
      if (!examination.poolWasRead) throw new CommandError('The user pool could not be asked.');
      const { findings } = examination.report;
      if (findings.length > 0)
        throw new CommandError(`${counted(findings.length, 'finding')}.`, exitStatus.attention);
    });
}

function reportOf({ report }: Examination): string {
  const { checks, findings, skipped } = report;
  const ok = checks.filter(({ status }) => status === 'ok').length;
  return [
    ...findings.flatMap(({ id, severity, title, effect, remedy, changeable }) => [
      `${severity === 'error' ? 'ERROR' : 'WARNING'} ${id}: ${escapeControlChars(title, Infinity)}`,
      `  ${escapeControlChars(effect, Infinity)}`,
      ...(changeable ? [] : ['  This cannot be changed after the pool is created.']),
      ...remedy.split('\n').map((line) => `  ${escapeControlChars(line, Infinity)}`),
      '',
    ]),
    ...(skipped.length > 0 ? ['Not checked:'] : []),
    ...skipped.map(({ id, why }) => `  ${id}: ${escapeControlChars(why, Infinity)}`),
    ...(skipped.length > 0 ? [''] : []),
    `${counted(checks.length, 'check')}: ${ok} ok, ${counted(findings.length, 'finding')}, ${skipped.length} not checked.`,
  ].join('\n');
}

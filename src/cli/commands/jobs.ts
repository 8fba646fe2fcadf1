import { Argument, type Command } from 'commander';
import { escapeControlChars } from '../../common/names/escape-control-chars.js';
import { counted, type Io } from '../command.js';
import { type JobKind, jobKinds, type JobLine } from '../job-kinds.js';

interface Options {
  json?: true;
}

const explanation = `
Kinds: ${jobKinds.join(', ')}.

"due": a process takes it at its next poll. "running": a process has leased it. "failed": waits for its next attempt, or is
given up. "retry" makes failed work due at once, never work that is running. Revocations of sessions are retried after
each sign-in, and rollbacks of e-mail changes every 30 seconds, without "retry". The output contains no personal data.

Exit status: 0 done, also if nothing is waiting; 1 failed; 2 invalid arguments.
Needs DATABASE_URL only.`;

/** `usher jobs list` and `usher jobs retry` */
export function jobsCommands(jobs: Command, io: Io): void {
  jobs
    .command('list')
    .description('List the waiting work of background jobs.')
    .option('--json', 'print JSON')
    .addHelpText('after', explanation)
    .action(async ({ json }: Options) => {
      const { withJobs } = await import('../contexts/jobs.js');
      const lines = await withJobs(io, (admin) => admin.lines());
      io.out(`${json ? JSON.stringify(lines) : lines.map(textOf).join('\n')}\n`);
    });
  jobs
    .command('retry')
    .description('Retry failed work now.')
    .addArgument(new Argument('[kind...]', 'only work of these kinds').choices(jobKinds))
    .option('--json', 'print JSON')
    .addHelpText('after', explanation)
    .action(async (kinds: JobKind[], { json }: Options) => {
      const { withJobs } = await import('../contexts/jobs.js');
      const selected = kinds.length === 0 ? jobKinds : jobKinds.filter((kind) => kinds.includes(kind));
      const retried = await withJobs(io, (admin) => admin.retry(selected));
      io.out(
        `${json ? JSON.stringify(retried) : retried.map(({ kind, due }) => `${kind}: retrying ${counted(due, 'job')}`).join('\n')}\n`,
      );
    });
}

function textOf({ kind, waiting, due, running, failed, attempts, oldest, lastError }: JobLine): string {
  if (waiting === 0 || oldest === null) return `${kind}: none waiting`;
  const after = attempts > 0 && failed > 0 ? ` after ${counted(attempts, 'attempt')}` : '';
  const reason = lastError === null ? '' : `; last error: ${escapeControlChars(lastError)}`;
  const states = `${due} due, ${running} running, ${failed} failed${after}`;
  return `${kind}: ${waiting} waiting (${states}), oldest since ${oldest.toISOString()}${reason}`;
}

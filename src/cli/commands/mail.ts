import type { Command } from 'commander';
import { type OutboxLine, OutboxOverview } from '../../platform/mail/outbox-overview.js';
import type { Io } from '../command.js';
import { withDatabase } from '../with-database.js';

interface Options {
  json?: true;
}

const explanation = `
A mail that cannot be sent is tried again for three days, after ten seconds at first and every hour at last.
Nobody sees here whom it is for or what it says.

Exit status: 0 done, also when nothing waits; 1 not possible; 2 used wrongly.
Needs DATABASE_URL and nothing else.`;

/** `usher mail status` and `usher mail retry` */
export function mailCommands(mail: Command, io: Io): void {
  mail
    .command('status')
    .description('Which mails wait, and why.')
    .option('--json', 'answer as JSON')
    .addHelpText('after', explanation)
    .action(async ({ json }: Options) => {
      const lines = await withDatabase(io, (database) => new OutboxOverview(database).lines());
      io.out(`${json ? JSON.stringify(lines) : table(lines)}\n`);
    });
  mail
    .command('retry')
    .description('Try every mail again that failed, at once.')
    .option('--json', 'answer as JSON')
    .addHelpText('after', explanation)
    .action(async ({ json }: Options) => {
      const due = await withDatabase(io, (database) => new OutboxOverview(database).retry());
      io.out(`${json ? JSON.stringify({ due }) : `Due now: ${due} mails.`}\n`);
    });
}

function table(lines: OutboxLine[]): string {
  if (lines.length === 0) return 'No mail waits.';
  return lines
    .map(({ mail, waiting, tried, givenUp, refused, oldest, lastError }) => {
      const recipients = refused > 0 ? `, ${refused} because of the recipient` : '';
      const failed = `${tried} tried, ${givenUp} given up${recipients}`;
      const reason = lastError === null ? '' : `; last error: ${lastError}`;
      return `${mail}: ${waiting} waiting (${failed}), the oldest since ${oldest.toISOString()}${reason}`;
    })
    .join('\n');
}

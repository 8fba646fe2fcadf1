import type { Command } from 'commander';
import type { OutboxLine } from '../../mail/outbox.js';
import { counted, type Io } from '../command.js';

interface Options {
  json?: true;
}

const explanation = `
A mail that cannot be sent is retried for 3 days, first after 10 seconds and finally every hour.
The output contains no recipients and no content.

Exit status: 0 done, also if no mail is waiting; 1 failed; 2 invalid arguments.
Needs DATABASE_URL only.`;

/** `usher mail status` and `usher mail retry` */
export function mailCommands(mail: Command, io: Io): void {
  mail
    .command('status')
    .description('List the waiting mails and the reasons.')
    .option('--json', 'print JSON')
    .addHelpText('after', explanation)
    .action(async ({ json }: Options) => {
      const { withOutbox } = await import('../contexts/mail.js');
      const lines = await withOutbox(io, (outbox) => outbox.lines());
      io.out(`${json ? JSON.stringify(lines) : table(lines)}\n`);
    });
  mail
    .command('retry')
    .description('Retry all failed mails now.')
    .option('--json', 'print JSON')
    .addHelpText('after', explanation)
    .action(async ({ json }: Options) => {
      const { withOutbox } = await import('../contexts/mail.js');
      const due = await withOutbox(io, (outbox) => outbox.retry());
      io.out(`${json ? JSON.stringify({ due }) : `Retrying ${counted(due, 'mail')}.`}\n`);
    });
}

function table(lines: OutboxLine[]): string {
  if (lines.length === 0) return 'No mails are waiting.';
  return lines
    .map(({ mail, waiting, tried, givenUp, refused, oldest, lastError }) => {
      const recipients = refused > 0 ? `, ${refused} because of the recipient` : '';
      const failed = `${tried} tried, ${givenUp} given up${recipients}`;
      const reason = lastError === null ? '' : `; last error: ${lastError}`;
      return `${mail}: ${waiting} waiting (${failed}), oldest since ${oldest.toISOString()}${reason}`;
    })
    .join('\n');
}

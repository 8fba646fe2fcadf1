import type { Command } from 'commander';
import { Publishing } from '../../acme/publishing.js';
import { CommandError, exitStatus, type Io } from '../command.js';
import { withDatabase } from '../with-database.js';

const explanation = `
For a CA that asks by hand, such as with "certbot certonly --manual":

  --manual-auth-hook 'npx usher certificates challenge add "$CERTBOT_TOKEN" "$CERTBOT_VALIDATION"'
  --manual-cleanup-hook 'npx usher certificates challenge remove "$CERTBOT_TOKEN"'

All running processes answer at once, and none has to be started again. What nobody removes is gone after a day.

Exit status: 0 done, also when there was nothing to remove; 1 not possible; 2 used wrongly.
Needs DATABASE_URL and nothing else.`;

const wrong = {
  token: 'This is no token of an http-01 challenge: 22 to 128 letters, digits, "-" and "_".',
  'key authorization': 'This is not the key authorization of this token: the token, a dot and 43 characters.',
};

/** `usher certificates challenge add` and `remove` */
export function certificatesChallenge(certificates: Command, io: Io): void {
  const challenge = certificates
    .command('challenge')
    .description('What CAs are answered to http-01 challenges.');
  challenge
    .command('add')
    .description('Publish a challenge.')
    .argument('<token>', 'the last part of the address that the CA asks')
    .argument('<key-authorization>', 'what it is to be answered')
    .option('--json', 'answer as JSON')
    // A token may begin with "-", and a hook of a CA's client passes it as it comes.
    .allowUnknownOption()
    .addHelpText('after', explanation)
    .action(async (token: string, keyAuthorization: string, { json }: { json?: true }) => {
      const problem = await withDatabase(io, (database) =>
        new Publishing(database).publish({ token, keyAuthorization }),
      );
      if (problem) throw new CommandError(wrong[problem], exitStatus.usage);
      const path = `/.well-known/acme-challenge/${token}`;
      io.out(`${json ? JSON.stringify({ path }) : `Published: ${path}`}\n`);
    });
  challenge
    .command('remove')
    .description('Withdraw a challenge.')
    .argument('<token>', 'the last part of the address that the CA asks')
    .option('--json', 'answer as JSON')
    // A token may begin with "-", and a hook of a CA's client passes it as it comes.
    .allowUnknownOption()
    .addHelpText('after', explanation)
    .action(async (token: string, { json }: { json?: true }) => {
      const removed = await withDatabase(io, (database) => new Publishing(database).withdraw(token));
      const sentence = removed ? 'Removed.' : 'There was no such challenge.';
      io.out(`${json ? JSON.stringify({ removed }) : sentence}\n`);
    });
}

import type { Command } from 'commander';
import { CommandError, exitStatus, type Io } from '../command.js';

const explanation = `
For ACME clients that need hooks, such as "certbot certonly --manual":

  --manual-auth-hook 'npx usher certificates challenge add "$CERTBOT_TOKEN" "$CERTBOT_VALIDATION"'
  --manual-cleanup-hook 'npx usher certificates challenge remove "$CERTBOT_TOKEN"'

All running processes respond to the challenge at once, without a restart. A challenge expires after 1 day.

Exit status: 0 done, also if there was nothing to remove; 1 failed; 2 invalid arguments.
Needs DATABASE_URL only.`;

const wrong = {
  token: 'This is not a token of an http-01 challenge: 22 to 128 letters, digits, "-" and "_".',
  'key authorization': 'This is not the key authorization of this token: the token, a dot and 43 characters.',
};

/** `usher certificates challenge add` and `remove` */
export function certificatesChallenge(certificates: Command, io: Io): void {
  const challenge = certificates.command('challenge').description('Responses to http-01 challenges.');
  challenge
    .command('add')
    .description('Publish a challenge.')
    .argument('<token>', 'last segment of the URL that the CA requests')
    .argument('<key-authorization>', 'response to the CA')
    .option('--json', 'print JSON')
    // A token may begin with "-"; hooks of ACME clients pass it unquoted.
    .allowUnknownOption()
    .addHelpText('after', explanation)
    .action(async (token: string, keyAuthorization: string, { json }: { json?: true }) => {
      const { withChallenges } = await import('../contexts/certificates.js');
      const problem = await withChallenges(io, (challenges) =>
        challenges.publishManual({ token, keyAuthorization }),
      );
      if (problem) throw new CommandError(wrong[problem], exitStatus.usage);
      const path = `/.well-known/acme-challenge/${token}`;
      io.out(`${json ? JSON.stringify({ path }) : `Published: ${path}`}\n`);
    });
  challenge
    .command('remove')
    .description('Remove a challenge.')
    .argument('<token>', 'last segment of the URL that the CA requests')
    .option('--json', 'print JSON')
    // A token may begin with "-"; hooks of ACME clients pass it unquoted.
    .allowUnknownOption()
    .addHelpText('after', explanation)
    .action(async (token: string, { json }: { json?: true }) => {
      const { withChallenges } = await import('../contexts/certificates.js');
      const removed = await withChallenges(io, (challenges) => challenges.withdraw(token));
      const sentence = removed ? 'Removed.' : 'There was no such challenge.';
      io.out(`${json ? JSON.stringify({ removed }) : sentence}\n`);
    });
}

import type { Command } from 'commander';
import { type Certificate, Certificates } from '../../acme/certificates.js';
import { brokenChain, lineOf, nameOf } from '../certificate-texts.js';
import { CommandError, type Io } from '../command.js';
import { OperatorLog } from '../operator-log.js';
import { withDatabase } from '../with-database.js';

interface Options {
  json?: true;
}

const needs = 'Needs DATABASE_URL and nothing else.';

/** `usher certificates list` and `show` */
export function certificatesCommands(certificates: Command, io: Io): void {
  certificates
    .command('list')
    .description('Which certificates are wanted, and how far they are.')
    .option('--json', 'answer as JSON')
    .addHelpText('after', `\nExit status: 0 done; 1 not possible; 2 used wrongly. ${needs}`)
    .action(async ({ json }: Options) => {
      const all = await read(io);
      io.out(`${json ? JSON.stringify(all) : all.map(lineOf).join('\n') || 'No certificate is wanted.'}\n`);
    });
  certificates
    .command('show')
    .description("A certificate's chain, PEM; never its key.")
    .argument('<name>', 'one of its names')
    .option('--json', 'answer as JSON')
    .addHelpText(
      'after',
      `\nExit status: 0 done; 1 there is none with this name, or its chain is broken; 2 used wrongly. ${needs}`,
    )
    .action(async (typed: string, { json }: Options) => {
      const name = nameOf(typed);
      const found = (await read(io)).find(({ names }) => name !== undefined && names.includes(name));
      if (!found) throw new CommandError('There is no certificate with this name.');
      const problem = brokenChain(found);
      if (problem !== undefined) throw new CommandError(`${found.names.join(', ')}: ${problem}`);
      io.out(`${json ? JSON.stringify(found) : `${lineOf(found)}\n${found.chain ?? ''}`.trim()}\n`);
    });
}

const read = (io: Io): Promise<Certificate[]> =>
  withDatabase(io, (database) => new Certificates(database, [], new OperatorLog(io)).list());

import type { Command } from 'commander';
import { type Certificate, Certificates } from '../../acme/certificates.js';
import { acme, type Config } from '../../platform/config/config.js';
import { CommandError, exitStatus, type Io } from '../command.js';
import { requireVariables } from '../config/variables.js';
import { OperatorLog } from '../operator-log.js';
import { withDatabase } from '../with-database.js';

interface Options {
  json?: true;
}

const variables = [
  ...['SESSION_SECRETS', 'ACME_CERTIFICATES', 'ACME_DIRECTORY_URL', 'ACME_CONTACT', 'ACME_TERMS_AGREED'],
  ...['ACME_CA_BUNDLE', 'ACME_KEY_TYPE', 'ACME_CERTIFICATE_DIR', 'ACME_RELOAD_COMMAND', 'ACME_CHECK_ADDRESS'],
  ...['ACME_WARNING_DAYS', 'HEROKU_API_KEY', 'HEROKU_APP'],
] as const;

const explanation = `
The running processes do this by themselves, each minute. One process at a time: what is under way is shown by "list". Challenges
are answered by the running processes, which must be reachable on port 80 under the names.

Exit status: 0 done, also when there was nothing to do; 1 the CA or the host refused, or cannot be asked; 2 used wrongly; 3 another
process is at it. Needs DATABASE_URL, SESSION_SECRETS and the ACME_ and HEROKU_ variables of the API.`;

/** `usher certificates list`, `show`, `issue` and `renew` */
export function certificatesCommands(certificates: Command, io: Io): void {
  certificates
    .command('list')
    .description('Which certificates are wanted, and how far they are.')
    .option('--json', 'answer as JSON')
    .addHelpText('after', '\nNeeds DATABASE_URL and nothing else.')
    .action(async ({ json }: Options) => {
      const all = await withDatabase(io, (database) =>
        new Certificates(database, [], new OperatorLog(io)).list(),
      );
      io.out(`${json ? JSON.stringify(all) : all.map(line).join('\n') || 'No certificate is wanted.'}\n`);
    });
  certificates
    .command('show')
    .description("A certificate's chain, PEM; never its key.")
    .argument('<name>', 'one of its names')
    .option('--json', 'answer as JSON')
    .addHelpText('after', '\nNeeds DATABASE_URL and nothing else.')
    .action(async (name: string, { json }: Options) => {
      const all = await withDatabase(io, (database) =>
        new Certificates(database, [], new OperatorLog(io)).list(),
      );
      const found = all.find(({ names }) => names.includes(name.toLowerCase()));
      if (!found) throw new CommandError('There is no certificate with this name.');
      io.out(`${json ? JSON.stringify(found) : `${line(found)}\n${found.chain ?? ''}`.trim()}\n`);
    });
  certificates
    .command('issue')
    .description('Get what is missing, now.')
    .addHelpText('after', explanation)
    .action(() => run(io, (all, settings, progress) => all.issue(settings, progress)));
  certificates
    .command('renew')
    .description('Get certificates anew, now, whether they are due or not.')
    .argument('[name]', 'only the one with this name')
    .addHelpText('after', explanation)
    .action((name?: string) => run(io, (all, settings, progress) => all.renew(settings, name, progress)));
}

type Work = (
  all: Certificates,
  settings: NonNullable<Config['acme']>,
  progress: (text: string) => void,
) => Promise<boolean>;

async function run(io: Io, work: Work): Promise<void> {
  const environment = requireVariables(io.variables(), ...variables);
  const settings = acme(environment);
  if (!settings || environment.ACME_TERMS_AGREED !== 'yes')
    throw new CommandError(
      'Say which certificates in ACME_CERTIFICATES, and ACME_TERMS_AGREED=yes.',
      exitStatus.usage,
    );
  const done = await withDatabase(io, (database) =>
    work(new Certificates(database, environment.SESSION_SECRETS, new OperatorLog(io)), settings, (text) =>
      io.out(`${text}\n`),
    ),
  );
  if (!done) throw new CommandError('Another process is at it just now.', exitStatus.attention);
}

const minute = (time: Date | null): string => time?.toISOString().slice(0, 16).replace('T', ' ') ?? 'unknown';

/** Longer than the configuration is asked; a certificate that it no longer names is left to expire. */
const forgottenMs = 24 * 3600_000;

const date = (time: Date | null): string => time?.toISOString().slice(0, 10) ?? 'unknown';

function line({ names, chain, serial, notAfter, renewAt, ...rest }: Certificate): string {
  const parts = [
    chain === null ? 'not issued yet' : `valid until ${date(notAfter)}, renewed about ${date(renewAt)}`,
    ...(serial !== null && rest.servedSerial === serial ? ['served by the host'] : []),
    ...(rest.deployedSerial === serial ? [] : ['not given to the host']),
    ...(rest.step === null ? [] : [`${rest.step} since ${minute(rest.stepAt)} UTC`]),
    ...(rest.lastError === null
      ? []
      : [`failed ${rest.failures} times, last: ${rest.lastError}; next try ${minute(rest.nextTryAt)} UTC`]),
    ...(Date.now() - rest.wantedAt.getTime() > forgottenMs ? ['no longer in ACME_CERTIFICATES'] : []),
  ];
  return `${names.join(', ')}: ${parts.join('; ')}`;
}

import type { Command } from 'commander';
import { Certificates } from '../../acme/certificates.js';
import { acme, acmeProblems, type Config, ConfigurationError } from '../../platform/config/config.js';
import { nameOf } from '../certificate-texts.js';
import { CommandError, exitStatus, type Io } from '../command.js';
import { requireVariables } from '../config/variables.js';
import { OperatorLog } from '../operator-log.js';
import { withDatabase } from '../with-database.js';

interface Options {
  json?: true;
}

type Settings = NonNullable<Config['acme']>;

const variables = [
  ...['SESSION_SECRETS', 'ACME_CERTIFICATES', 'ACME_DIRECTORY_URL', 'ACME_CONTACT', 'ACME_TERMS_AGREED'],
  ...['ACME_CA_BUNDLE', 'ACME_KEY_TYPE', 'ACME_CERTIFICATE_DIR', 'ACME_RELOAD_COMMAND', 'ACME_CHECK_ADDRESS'],
  ...['ACME_WARNING_DAYS', 'HEROKU_API_KEY', 'HEROKU_APP'],
] as const;

const explanation = `
The running processes do this by themselves, each minute. One process at a time: what is under way is shown by "list". Challenges
are answered by the running processes, which must be reachable on port 80 under the names.

With --json standard output is what "list --json" answers afterwards, also when a certificate was not to be had; what is being
done goes to standard error.

Exit status: 0 done, also when there was nothing to do; 1 the CA or the host refused, or cannot be asked, or there is no such
certificate; 2 used wrongly; 3 another process is at it.
Needs DATABASE_URL, SESSION_SECRETS and the ACME_ and HEROKU_ variables of the API.`;

/** `usher certificates issue` and `renew` */
export function certificatesIssue(certificates: Command, io: Io): void {
  certificates
    .command('issue')
    .description('Get what is missing, now.')
    .option('--json', 'answer as JSON')
    .addHelpText('after', explanation)
    .action((options: Options) =>
      run(io, options, readSettings(io), (all, settings, say) => all.issue(settings, say)),
    );
  certificates
    .command('renew')
    .description('Get certificates anew, now, whether they are due or not.')
    .argument('[name]', 'only the one with this name')
    .option('--json', 'answer as JSON')
    .addHelpText('after', explanation)
    .action((typed: string | undefined, options: Options) => {
      const wanted = readSettings(io);
      const name = typed === undefined ? undefined : knownName(typed, wanted.settings);
      return run(io, options, wanted, (all, settings, say) => all.renew(settings, name, say));
    });
}

interface Wanted {
  settings: Settings;
  secrets: readonly string[];
}

function readSettings(io: Io): Wanted {
  const environment = requireVariables(io.variables(), ...variables);
  const settings = acme(environment);
  if (!settings)
    throw new CommandError(
      'Say which certificates in ACME_CERTIFICATES, and ACME_TERMS_AGREED=yes.',
      exitStatus.usage,
    );
  const problems = acmeProblems(environment);
  if (problems.length > 0) throw new ConfigurationError(problems);
  return { settings, secrets: environment.SESSION_SECRETS };
}

function knownName(typed: string, { certificates }: Settings): string {
  const name = nameOf(typed);
  if (name === undefined || !certificates.flat().includes(name))
    throw new CommandError('There is no certificate with this name.');
  return name;
}

/** False where another process is at it. */
type Work = (all: Certificates, settings: Settings, say: (text: string) => void) => Promise<boolean>;

async function run(io: Io, { json }: Options, { settings, secrets }: Wanted, work: Work): Promise<void> {
  const say = (text: string) => (json ? io.err(`${text}\n`) : io.out(`${text}\n`));
  await withDatabase(io, async (database) => {
    const all = new Certificates(database, secrets, new OperatorLog(io));
    let done: boolean;
    try {
      done = await work(all, settings, say);
    } finally {
      if (json) io.out(`${JSON.stringify(await all.list())}\n`);
    }
    if (!done)
      throw new CommandError(
        'Another process is at it just now: "usher certificates list" shows how far it is.',
        exitStatus.attention,
      );
  });
}

import type { Command } from 'commander';
import type { Certificate, Certificates } from '../../acme/certificates.js';
import type { AcmeConfig } from '../../common/config/acme.config.js';
import { problemOfCertificates } from '../../common/crypto/pem-certificates.js';
import { escapeControlChars } from '../../common/names/escape-control-chars.js';
import { checkName } from '../../common/names/hostnames.js';
import { CommandError, counted, exitStatus, type Io } from '../command.js';

interface Options {
  json?: true;
}

const needs = 'Needs DATABASE_URL only.';

const issueExplanation = `
The running processes do this every minute, one process at a time; "list" shows the progress. The running processes also
respond to challenges, so they must be reachable on port 80 under the names.

With --json standard output has the result of "list --json", also if the issuance failed; progress goes to standard error.

Exit status: 0 done, also if there was nothing to do; 1 the CA or the host refused or is unavailable, or there is no such
certificate; 2 invalid arguments; 3 another process is issuing certificates.
Needs DATABASE_URL, SESSION_SECRETS and the ACME_ and HEROKU_ variables of the API.`;

/** `usher certificates list`, `show`, `issue` and `renew` */
export function certificatesCommands(certificates: Command, io: Io): void {
  certificates
    .command('list')
    .description('List the configured certificates and their state.')
    .option('--json', 'print JSON')
    .addHelpText('after', `\nExit status: 0 done; 1 failed; 2 invalid arguments. ${needs}`)
    .action(async ({ json }: Options) => {
      const all = await read(io);
      io.out(
        `${json ? JSON.stringify(all) : all.map(lineOf).join('\n') || 'No certificates are configured.'}\n`,
      );
    });
  certificates
    .command('show')
    .description("Print a certificate's chain in PEM, without its key.")
    .argument('<name>', 'one of its names')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `\nExit status: 0 done; 1 no such certificate, or its chain is not valid; 2 invalid arguments. ${needs}`,
    )
    .action(async (typed: string, { json }: Options) => {
      const name = nameOf(typed);
      const found = (await read(io)).find(({ names }) => name !== undefined && names.includes(name));
      if (!found) throw new CommandError('There is no certificate with this name.');
      const problem = brokenChain(found);
      if (problem !== undefined) throw new CommandError(`${found.names.join(', ')}: ${problem}`);
      io.out(`${json ? JSON.stringify(found) : `${lineOf(found)}\n${found.chain ?? ''}`.trim()}\n`);
    });
  certificates
    .command('issue')
    .description('Issue missing certificates now.')
    .option('--json', 'print JSON')
    .addHelpText('after', issueExplanation)
    .action(async (options: Options) => {
      const settings = await readSettings(io);
      await renew(io, options, (all, say) => all.issue(settings, say));
    });
  certificates
    .command('renew')
    .description('Renew certificates now, even if they are not due.')
    .argument('[name]', 'only the certificate with this name')
    .option('--json', 'print JSON')
    .addHelpText('after', issueExplanation)
    .action(async (typed: string | undefined, options: Options) => {
      const settings = await readSettings(io);
      const name = typed === undefined ? undefined : knownName(typed, settings);
      await renew(io, options, (all, say) => all.renew(settings, name, say));
    });
}

async function read(io: Io): Promise<Certificate[]> {
  const { withCertificateQuery } = await import('../contexts/certificates.js');
  return withCertificateQuery(io, (query) => query.findAll());
}

/** @returns the name as it is in certificates; `undefined` if it is not a host name */
const nameOf = (typed: string): string | undefined => checkName(typed, { allowSpecialNames: true }).name;

/** @returns the problem and its remedy if the stored chain is not valid, as after an edit of the table */
function brokenChain({ chain, names: [name] }: Certificate): string | undefined {
  const problem = chain === null ? undefined : problemOfCertificates(chain);
  if (problem === undefined) return undefined;
  return `the chain in the database is not valid (${problem}); replace it with "usher certificates renew ${name}"`;
}

/** @returns the state of the certificate in one line */
function lineOf(certificate: Certificate): string {
  const { names, serial, servedSerial, step, stepAt, wantedAt } = certificate;
  const parts = [
    state(certificate),
    ...(serial !== null && servedSerial === serial ? ['served by the host'] : []),
    ...(step === null ? [] : [`${step} since ${minute(stepAt)}`]),
    ...failure(certificate),
    ...(Date.now() - wantedAt.getTime() > forgottenMs ? ['no longer in ACME_CERTIFICATES'] : []),
  ];
  return `${names.join(', ')}: ${parts.join('; ')}`;
}

/** 1 day: running processes record configured certificates more often. */
const forgottenMs = 24 * 3600_000;

function failure({ failures, lastError, nextOrderAt, nextDeploymentAt }: Certificate): string[] {
  if (lastError === null) return [];
  const next = nextOrderAt > nextDeploymentAt ? nextOrderAt : nextDeploymentAt;
  // The text comes from the CA and may contain terminal escape sequences.
  return [
    `failed ${counted(failures, 'time')}, last: ${escapeControlChars(lastError, 500)}; next try ${minute(next)}`,
  ];
}

function state(certificate: Certificate): string {
  const { chain, notAfter, renewAt } = certificate;
  if (chain === null) return 'not issued yet';
  return brokenChain(certificate) ?? `valid until ${date(notAfter)}, renewed about ${date(renewAt)}`;
}

const minute = (time: Date | null): string =>
  time === null ? 'unknown' : `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const date = (time: Date | null): string => time?.toISOString().slice(0, 10) ?? 'unknown';

async function readSettings(io: Io): Promise<AcmeConfig> {
  const { readAcmeConfig } = await import('../contexts/certificates.js');
  const settings = readAcmeConfig(io);
  if (settings.certificates.length === 0)
    throw new CommandError(
      'ACME_CERTIFICATES is not set. Set it, and ACME_TERMS_AGREED=yes.',
      exitStatus.usage,
    );
  return settings;
}

function knownName(typed: string, { certificates }: AcmeConfig): string {
  const name = nameOf(typed);
  if (name === undefined || !certificates.flat().includes(name))
    throw new CommandError('There is no certificate with this name.');
  return name;
}

/** @returns false if another process is issuing certificates */
type Work = (all: Certificates, say: (text: string) => void) => Promise<boolean>;

async function renew(io: Io, { json }: Options, work: Work): Promise<void> {
  const { withCertificates } = await import('../contexts/certificates.js');
  const say = (text: string) => (json ? io.err(`${text}\n`) : io.out(`${text}\n`));
  await withCertificates(io, async (all) => {
    let done: boolean;
    try {
      done = await work(all, say);
    } finally {
      if (json) io.out(`${JSON.stringify(await all.list())}\n`);
    }
    if (!done)
      throw new CommandError(
        'Another process is issuing certificates. See its progress with "usher certificates list".',
        exitStatus.attention,
      );
  });
}

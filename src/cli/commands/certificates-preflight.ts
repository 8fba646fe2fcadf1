import { isIP } from 'node:net';
import { type Command, InvalidArgumentError } from 'commander';
import {
  checkNames,
  failingNames,
  type Finding,
  type NameOptions,
  preflight,
  type PreflightSettings,
  type Probe,
  reportLines,
  usualSettings,
} from '../../acme/preflight.js';
import { CommandError, exitStatus, type Io } from '../command.js';

/** Publishes a challenge for as long as `work` takes. */
export type WithProbe = <T>(work: (probe: Probe) => Promise<T>) => Promise<T>;

/** What differs where no CA comes: in tests. */
export type PreflightOptions = Partial<PreflightSettings> & NameOptions;

interface Options {
  ca: string;
  resolver?: string;
  json?: true;
}

const explanation = `
Publishes a challenge as for a CA, and asks every address of every name for it on port 80, as Let's Encrypt would. Also
looks at the DNS, the CAA records and at what redirects or answers in the way. The challenge is withdrawn at the end.

It sees what this machine sees. A CA asks from several places of the world: a firewall that lets this machine through
and not them cannot be seen from here, nor an IPv6 address from a machine without IPv6. Where the name servers answer
differently inside, ask public ones with --resolver.

Exit status: 0 nothing will fail; 1 not possible; 2 used wrongly; 3 something will fail.
Needs DATABASE_URL and nothing else, and an API that runs on this database.`;

/** `usher certificates preflight` */
export function certificatesPreflight(
  certificates: Command,
  io: Io,
  withProbe: WithProbe,
  options: PreflightOptions = {},
): void {
  certificates
    .command('preflight')
    .description('Say what would keep a CA from proving these names by http-01, and how to mend it.')
    .argument('<name...>', 'the names that one certificate is for')
    .option('--ca <domain>', 'how the CA calls itself in CAA records', usualSettings.ca)
    .option('--resolver <address>', "ask this name server instead of the machine's own", nameServer)
    .option('--json', 'answer as JSON')
    .addHelpText('after', explanation)
    .action(async (given: string[], { ca, resolver, json }: Options) => {
      const { names, problems } = checkNames(given, options);
      if (problems.length > 0) throw new CommandError(problems.join('\n'), exitStatus.usage);
      const settings = { ...options, ca, ...(resolver ? { nameServers: [resolver] } : {}) };
      const findings = await withProbe((probe) => preflight(names, probe, settings));
      io.out(
        `${json ? JSON.stringify(answerOf(names, findings)) : reportLines(names, findings).join('\n')}\n`,
      );
      const { length: failing } = failingNames(findings);
      if (failing > 0)
        throw new CommandError(`Of ${names.length} names ${failing} will fail.`, exitStatus.attention);
    });
}

function nameServer(address: string): string {
  if (isIP(address) === 0) throw new InvalidArgumentError('It must be an IP address.');
  return address;
}

const answerOf = (names: string[], findings: Finding[]) => ({
  names,
  failing: failingNames(findings),
  findings,
});

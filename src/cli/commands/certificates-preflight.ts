import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { type Command, InvalidArgumentError } from 'commander';
import type { Challenge } from '../../acme/challenge.service.js';
import { defaultSettings, type Issue, preflight, type PreflightSettings } from '../../acme/preflight.js';
import { checkNames, type NameOptions } from '../../common/names/hostnames.js';
import { CommandError, exitStatus, type Io } from '../command.js';

/** Publishes a challenge while `work` runs. */
export type WithProbe = <T>(work: (probe: Challenge) => Promise<T>) => Promise<T>;

/** Settings that tests replace. */
export type PreflightOptions = Partial<PreflightSettings> & NameOptions;

interface Options {
  ca: string;
  resolver?: string;
  json?: true;
}

const explanation = `
Publishes a challenge and requests it from every address of every name on port 80, as Let's Encrypt does. Also checks
DNS and CAA records. Follows redirects to the same name only. The challenge is deleted at the end.

The checks run from this machine. A CA connects from several networks, so a firewall that only blocks the CA is not
detected, nor is a broken IPv6 address from a machine without IPv6. If internal name servers give other results, use a
public one with --resolver.

Exit status: 0 nothing will fail; 1 failed; 2 invalid arguments; 3 something will fail.
Needs DATABASE_URL only, and an API that runs on this database.`;

/** `usher certificates preflight` */
export function certificatesPreflight(
  certificates: Command,
  io: Io,
  withProbe: WithProbe = (work) => withPublishedProbe(io, work),
  options: PreflightOptions = {},
): void {
  certificates
    .command('preflight')
    .description('Check whether a CA can validate these names by http-01, and how to fix problems.')
    .argument('<name...>', 'the names of one certificate')
    .option('--ca <domain>', 'domain of the CA in CAA records', defaultSettings.ca)
    .option('--resolver <address>', "name server to use instead of the machine's own", nameServer)
    .option('--json', 'print JSON')
    .addHelpText('after', explanation)
    .action(async (given: string[], { ca, resolver, json }: Options) => {
      const { names, problems } = checkNames(given, options);
      if (problems.length > 0) throw new CommandError(problems.join('\n'), exitStatus.usage);
      const settings = { ...options, ca, ...(resolver ? { nameServers: [resolver] } : {}) };
      const issues = await withProbe((probe) => preflight(names, probe, settings));
      io.out(`${json ? JSON.stringify(answerOf(names, issues)) : reportLines(names, issues).join('\n')}\n`);
      const { length: failing } = failingNames(issues);
      if (failing > 0)
        throw new CommandError(`${failing} of ${names.length} names will fail.`, exitStatus.attention);
    });
}

function nameServer(address: string): string {
  if (isIP(address) === 0) throw new InvalidArgumentError('It must be an IP address.');
  return address;
}

const answerOf = (names: string[], issues: Issue[]) => ({
  names,
  failing: failingNames(issues),
  findings: issues,
});

/** Returns the names whose validation will fail. */
const failingNames = (issues: Issue[]): string[] => [
  ...new Set(issues.flatMap(({ name, severity }) => (severity === 'fails' ? [name] : []))),
];

/** Returns the report for operators: each name with its issues. */
const reportLines = (names: string[], issues: Issue[]): string[] =>
  names.flatMap((name) => {
    const own = issues.filter((issue) => issue.name === name);
    const isFailing = own.some(({ severity }) => severity === 'fails');
    const verdict = isFailing ? 'will fail' : `nothing will fail${own.length > 0 ? ', with warnings' : ''}`;
    const lines = own.map((one) => `  ${one.severity}  ${one.code}: ${one.problem}\n         ${one.remedy}`);
    return [`${name}: ${verdict}`, ...lines];
  });

/** Runs `work` while all processes respond to a challenge without an order. */
async function withPublishedProbe<T>(io: Io, work: (probe: Challenge) => Promise<T>): Promise<T> {
  const random = () => randomBytes(32).toString('base64url');
  const token = random();
  const probe = { token, keyAuthorization: `${token}.${random()}` };
  const { withChallenges } = await import('../contexts/certificates.js');
  return withChallenges(io, async (challenges) => {
    await challenges.publishManual(probe);
    try {
      return await work(probe);
    } finally {
      await challenges.withdraw(token);
    }
  });
}

export type Command =
  { do: 'start'; fresh: boolean; watch: boolean } | { do: 'help' } | { do: 'complain'; about: string };

export const help = `Usher's local stack: PostgreSQL, a local user pool, the migration Lambda, mail and the API.

Usage: npm start [-- OPTIONS]

  --fresh   empty .local/ first: database, user pool and secrets start anew
  --watch   start the API again whenever its built files change (npm run dev does this)
  --help    show this

Variables of docs/configuration.md take precedence when set, among them PORT and DATABASE_URL.
Ctrl-C, SIGTERM and a closed terminal end everything, with exit code 0; a second Ctrl-C ends it at once, with 130.
`;

const known = ['--fresh', '--watch', '--help', '-h'];

export function parseCommand(argv: string[]): Command {
  const unknown = argv.find((argument) => !known.includes(argument));
  if (unknown !== undefined) return { do: 'complain', about: `Unknown option: ${unknown}` };
  if (argv.includes('--help') || argv.includes('-h')) return { do: 'help' };
  return { do: 'start', fresh: argv.includes('--fresh'), watch: argv.includes('--watch') };
}

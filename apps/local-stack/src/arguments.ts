import { type DemoName, demoNames, isDemoName } from './demo-users.js';

/** `demo` is absent if the option was not given. */
export type Command =
  | { do: 'start'; demo?: DemoName; fresh: boolean; watch: boolean }
  | { do: 'help' }
  | { do: 'complain'; about: string };

export const help = `Usher's local stack: PostgreSQL, a local user pool, the migration Lambda, mail and the API.

Usage: npm start [-- OPTIONS]

  --demo NAME   the users table to try: devise (default), django, wordpress or mixed
  --fresh       empty .local/ first: database, user pool and secrets start anew
  --watch       start the API again whenever its built files change (npm run dev does this)
  --help        show this

Variables of docs/configuration.md take precedence when set, among them PORT and DATABASE_URL.
Ctrl-C, SIGTERM and a closed terminal end everything, with exit code 0; a second Ctrl-C ends it at once, with 130.
`;

const flags = ['--fresh', '--watch', '--help', '-h'];
const names = `${demoNames.slice(0, -1).join(', ')} or ${demoNames.at(-1)}`;

export function parseCommand(argv: string[]): Command {
  const given = new Set<string>();
  let demo: DemoName | undefined;
  const words = argv.flatMap((word) => (word.startsWith('--demo=') ? ['--demo', word.slice(7)] : [word]));
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (word === '--demo') {
      const name = words[++index];
      if (name === undefined || name === '' || name.startsWith('-'))
        return { do: 'complain', about: `--demo needs a name: ${names}` };
      if (!isDemoName(name)) return { do: 'complain', about: `Unknown demo: ${name}. Choose ${names}` };
      demo = name;
    } else if (flags.includes(word)) given.add(word);
    else return { do: 'complain', about: `Unknown option: ${word}` };
  }
  if (given.has('--help') || given.has('-h')) return { do: 'help' };
  return {
    do: 'start',
    ...(demo && { demo }),
    fresh: given.has('--fresh'),
    watch: given.has('--watch'),
  };
}

import { run } from '../../../src/cli/run.js';

export interface Outcome {
  status: number;
  out: string;
  err: string;
}

/** Runs an `usher` command as an operator would, in this process. */
export async function runCommand(
  argv: string[],
  variables: Record<string, string | undefined>,
  password?: string,
): Promise<Outcome> {
  const outcome = { status: -1, out: '', err: '' };
  outcome.status = await run(argv, {
    out: (text) => (outcome.out += text),
    err: (text) => (outcome.err += text),
    variables: () => variables,
    password: () => Promise.resolve(password),
  });
  return outcome;
}

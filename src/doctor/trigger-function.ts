import type { FunctionConfiguration } from '../cognito/trigger-function.reader.js';
import { type Facts, NotChecked, NothingToCheck } from './facts.js';
import { lambdaCommand } from './remedies.js';

/** The migration Lambda as commands of the AWS CLI name it. */
interface FunctionName {
  /** The ARN without a qualifier. */
  name: string;
  /** The version or alias that the pool invokes. */
  qualifier: string | undefined;
}

export async function triggerName(facts: Facts): Promise<FunctionName> {
  const parts = (await facts.triggerArn()).split(':');
  return { name: parts.slice(0, 7).join(':'), qualifier: parts[7] };
}

/** @throws NothingToCheck for a function that does not exist, which is a finding of its own */
export async function existingFunction(facts: Facts): Promise<FunctionConfiguration> {
  const found = await facts.triggerFunction();
  if (found === undefined) throw new NothingToCheck('the function does not exist');
  return found;
}

/** The environment of the migration Lambda. Its values can be secrets: none may be printed. */
export async function functionVariables(facts: Facts): Promise<Readonly<Record<string, string>>> {
  const { Environment } = await existingFunction(facts);
  if (Environment?.Error) throw new NotChecked('Lambda cannot decrypt the environment of the function');
  return Environment?.Variables ?? {};
}

/** The URL to which the function sends passwords; `undefined` if it has none. */
export function apiUrlOf({
  MIGRATION_API_URL: text = '',
}: Readonly<Record<string, string>>): URL | undefined {
  const trimmed = text.trim();
  return /^https?:\/\//i.test(trimmed) && URL.canParse(trimmed) ? new URL(trimmed) : undefined;
}

/** The command changes single settings; Lambda keeps those that are left out. */
export async function updateFunction(facts: Facts, args: string[]): Promise<string> {
  return withPublication(facts, async (name) =>
    lambdaCommand(facts, 'update-function-configuration', ['--function-name', name, ...args]),
  );
}

/**
 * The command sets a variable. Lambda replaces the whole environment, so the AWS CLI reads the present one and merges: values, which may
 * be secrets, do not get into reports and logs.
 */
export async function setFunctionVariable(facts: Facts, variable: string, value: string): Promise<string> {
  const change = JSON.stringify({ [variable]: value }).replaceAll('`', '\\`');
  return withPublication(facts, async (name) => {
    const merged = `{Variables: merge(Environment.Variables || \`{}\`, \`${change}\`)}`;
    const read = lambdaCommand(facts, 'get-function-configuration', [
      ...['--function-name', name, '--output', 'json', '--query', merged],
    ]);
    const write = lambdaCommand(facts, 'update-function-configuration', ['--function-name', name]);
    // Not as standard input, which the AWS CLI reads twice. An empty environment must not replace the present one.
    return `environment=$(${read}) && ${write} --environment "$environment"`;
  });
}

/** Deploys the function again, which also makes an inactive one active. */
export async function updateFunctionCode(facts: Facts): Promise<string> {
  return withPublication(facts, async (name) =>
    lambdaCommand(facts, 'update-function-code', [
      ...['--function-name', name, '--zip-file', 'fileb://dist/migration-lambda.zip'],
    ]),
  );
}

/** Only the unpublished version can be changed. */
async function withPublication(facts: Facts, command: (name: string) => Promise<string>): Promise<string> {
  const { name, qualifier } = await triggerName(facts);
  const changed = await command(name);
  if (qualifier === undefined || qualifier === '$LATEST') return changed;
  return `${changed}\n${lambdaCommand(facts, 'publish-version', ['--function-name', name])} # then let the pool invoke it: it invokes "${qualifier}"`;
}

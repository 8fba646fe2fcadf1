import type { PolicyStatement } from '../../cognito/trigger-function.reader.js';
import type { Check, Problem } from '../check.js';
import type { Facts } from '../facts.js';
import { NotChecked } from '../facts.js';
import { lambdaCommand } from '../remedies.js';
import { existingFunction, triggerName } from '../trigger-function.js';

/** Cognito invokes a trigger with the permission of the function's resource policy. */
export const functionPolicy: Check = {
  id: 'function.policy',
  area: 'function',
  atStart: true,
  async find(facts) {
    await existingFunction(facts);
    const [{ Arn: pool }, statements] = [await facts.pool(), await facts.triggerPolicy()];
    if (pool === undefined) throw new NotChecked('Cognito did not say the ARN of the pool');
    const ofCognito = statements.filter(letsCognitoInvoke);
    const permits = ofCognito.some((statement) => isMet(statement, pool));
    const open = ofCognito.filter(isOpen);
    const problems: Problem[] = [];
    if (!permits)
      problems.push({
        severity: 'error',
        title: 'The resource policy of the migration Lambda does not let this pool invoke it.',
        effect: 'Cognito cannot call the migration Lambda: legacy users with the right password are refused.',
        remedy: await addPermission(facts, pool, statements),
        changeable: true,
      });
    if (open.length > 0)
      problems.push({
        severity: 'warning',
        title: 'The resource policy lets the user pools of every AWS account invoke the migration Lambda.',
        effect:
          'Whoever has an AWS account and knows the ARN of the function can try passwords of legacy users with a pool of his own, past the limits of this pool.',
        remedy: await restrict(facts, pool, statements, open),
        changeable: true,
      });
    return problems;
  },
};

const service = 'cognito-idp.amazonaws.com';

const listOf = <Item>(value: Item | readonly Item[] | undefined): readonly Item[] =>
  value === undefined ? [] : ([value].flat() as Item[]);

function letsCognitoInvoke({ Effect, Principal, Action }: PolicyStatement): boolean {
  const isCognito =
    Principal === '*' || (typeof Principal === 'object' && listOf(Principal.Service).includes(service));
  const invokes = listOf(Action).some((action) =>
    ['lambda:InvokeFunction', 'lambda:*', '*'].includes(action),
  );
  return Effect === 'Allow' && isCognito && invokes;
}

interface Condition {
  operator: string;
  /** In lower case: IAM compares keys so. */
  key: string;
  values: readonly string[];
}

const conditionsOf = ({ Condition = {} }: PolicyStatement): Condition[] =>
  Object.entries(Condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => ({
      operator,
      key: key.toLowerCase(),
      values: listOf(values),
    })),
  );

/** Conditions with other keys count as met. */
function isMet(statement: PolicyStatement, pool: string): boolean {
  const actual: Record<string, string | undefined> = {
    'aws:sourcearn': pool,
    'aws:sourceaccount': pool.split(':')[4],
  };
  return conditionsOf(statement).every(({ operator, key, values }) => {
    const value = actual[key];
    return value === undefined || values.some((wanted) => isLike(operator, wanted, value));
  });
}

/** ArnEquals has wildcards as well. (IAM user guide, ARN condition operators) */
function isLike(operator: string, pattern: string, value: string): boolean {
  if (!/^Arn|Like/.test(operator)) return pattern === value;
  const expression = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`).test(value);
}

/** Without an account, in a condition of its own or within the ARN. */
const isOpen = (statement: PolicyStatement): boolean =>
  !conditionsOf(statement).some(
    ({ key, values }) =>
      key === 'aws:sourceaccount' ||
      (key === 'aws:sourcearn' && values.every((arn) => /^\d{12}$/.test(arn.split(':')[4] ?? ''))),
  );

async function addPermission(
  facts: Facts,
  pool: string,
  statements: readonly PolicyStatement[],
): Promise<string> {
  const known = new Set(statements.map(({ Sid }) => Sid));
  const ids = ['cognito', ...Array.from({ length: known.size + 1 }, (_, index) => `cognito-${index + 2}`)];
  const statement = ids.find((id) => !known.has(id)) ?? 'cognito';
  return policyCommand(facts, 'add-permission', [
    ...['--statement-id', statement, '--action', 'lambda:InvokeFunction', '--principal', service],
    ...['--source-arn', pool, '--source-account', pool.split(':')[4] ?? ''],
  ]);
}

/** Adds the right statement first: sign-ins go on. */
async function restrict(
  facts: Facts,
  pool: string,
  statements: readonly PolicyStatement[],
  open: readonly PolicyStatement[],
): Promise<string> {
  const isPermitted = statements.some(
    (one) => !open.includes(one) && letsCognitoInvoke(one) && isMet(one, pool),
  );
  const removed = open.flatMap(({ Sid }) => Sid ?? []);
  return [
    ...(isPermitted ? [] : [await addPermission(facts, pool, statements)]),
    ...(await Promise.all(
      removed.map((sid) => policyCommand(facts, 'remove-permission', ['--statement-id', sid])),
    )),
  ].join(' &&\n');
}

/** A qualifier has a policy of its own. */
async function policyCommand(facts: Facts, operation: string, args: string[]): Promise<string> {
  const { name, qualifier } = await triggerName(facts);
  const of = ['--function-name', name, ...(qualifier === undefined ? [] : ['--qualifier', qualifier])];
  return lambdaCommand(facts, operation, [...of, ...args]);
}

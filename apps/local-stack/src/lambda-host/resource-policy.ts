import { randomUUID } from 'node:crypto';
import { invalidParameter, LambdaError, notFound, preconditionFailed } from './lambda-error.js';

/** A request of AddPermission. */
export interface Permission {
  StatementId: string;
  Action: string;
  Principal: string;
  SourceArn?: string;
  SourceAccount?: string;
  RevisionId?: string;
}

type Principal = '*' | { Service: string } | { AWS: string };

interface Statement {
  Sid: string;
  Effect: 'Allow';
  Principal: Principal;
  Action: string;
  Resource: string;
  Condition?: { StringEquals?: Record<string, string>; ArnLike?: Record<string, string> };
}

/** Statements that permit others to invoke a function. */
export class ResourcePolicy {
  private statements: Statement[] = [];
  private revisionId = randomUUID() as string;

  constructor(private readonly functionArn: string) {}

  add(permission: Permission): Statement {
    this.checkRevision(permission.RevisionId);
    const { StatementId: Sid, Action, Principal: principal } = permission;
    if (this.statements.some((statement) => statement.Sid === Sid)) {
      throw new LambdaError(
        409,
        'ResourceConflictException',
        `The statement id (${Sid}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
      );
    }
    const Principal = readPrincipal(principal);
    const conditions = conditionsOf(permission);
    const added: Statement = {
      ...{ Sid, Effect: 'Allow', Principal, Action, Resource: this.functionArn },
      ...(conditions && { Condition: conditions }),
    };
    this.change([...this.statements, added]);
    return added;
  }

  remove(sid: string, revisionId?: string): void {
    this.checkRevision(revisionId);
    if (!this.statements.some(({ Sid }) => Sid === sid))
      throw notFound(`Statement ${sid} is not found in resource policy.`);
    this.change(this.statements.filter(({ Sid }) => Sid !== sid));
  }

  describe(): { Policy: string; RevisionId: string } {
    if (this.statements.length === 0) throw notFound('The resource you requested does not exist.');
    const policy = { Version: '2012-10-17', Id: 'default', Statement: this.statements };
    return { Policy: JSON.stringify(policy), RevisionId: this.revisionId };
  }

  /** @param sourceArn of the AWS resource, such as a user pool, for which a service invokes the function */
  permits(sourceArn: string): boolean {
    return this.statements.some(
      ({ Principal, Action, Condition: { ArnLike, StringEquals } = {} }) =>
        isPrincipal(Principal, `${partsOf(sourceArn)[2]}.amazonaws.com`) &&
        ['lambda:InvokeFunction', 'lambda:*', '*'].includes(Action) &&
        isLike(sourceArn, ArnLike?.['AWS:SourceArn']) &&
        [undefined, partsOf(sourceArn)[4]].includes(StringEquals?.['AWS:SourceAccount']),
    );
  }

  private checkRevision(given: string | undefined): void {
    if (given !== undefined && given !== this.revisionId) throw preconditionFailed();
  }

  private change(statements: Statement[]): void {
    this.statements = statements;
    this.revisionId = randomUUID();
  }
}

const permissionMembers = [
  'StatementId',
  'Action',
  'Principal',
  'SourceArn',
  'SourceAccount',
  'RevisionId',
] as const;
const patterns: Partial<Record<string, RegExp>> = {
  StatementId: /^[\w-]{1,100}$/,
  Action: /^(lambda:\*|lambda:[a-zA-Z]+|\*)$/,
  SourceArn: /^arn:/,
  SourceAccount: /^\d{12}$/,
};

export function readPermission(given: Record<string, unknown>): Permission {
  for (const [name, value] of Object.entries(given)) {
    if (!permissionMembers.some((member) => member === name))
      throw invalidParameter(`The local Lambda host does not support the parameter ${name}.`);
    if (typeof value !== 'string' || patterns[name]?.test(value) === false)
      throw invalidParameter(`The value of ${name} is not valid.`);
  }
  const missing = ['StatementId', 'Action', 'Principal'].find((name) => given[name] === undefined);
  if (missing) throw invalidParameter(`${missing} is missing.`);
  return given as unknown as Permission;
}

function readPrincipal(principal: string): Principal {
  if (principal === '*') return '*';
  if (/^\d{12}$/.test(principal)) return { AWS: `arn:aws:iam::${principal}:root` };
  if (principal.startsWith('arn:aws:iam::')) return { AWS: principal };
  if (/^[a-z][a-z0-9.-]*\.amazonaws\.com$/.test(principal)) return { Service: principal };
  throw invalidParameter('The provided principal was invalid. Please check the principal and try again.');
}

function conditionsOf({ SourceArn, SourceAccount }: Permission): Statement['Condition'] {
  if (SourceArn === undefined && SourceAccount === undefined) return undefined;
  return {
    ...(SourceAccount !== undefined && { StringEquals: { 'AWS:SourceAccount': SourceAccount } }),
    ...(SourceArn !== undefined && { ArnLike: { 'AWS:SourceArn': SourceArn } }),
  };
}

const isPrincipal = (principal: Principal, service: string): boolean =>
  principal === '*' || ('Service' in principal && principal.Service === service);

/** An ARN has six parts; the last one may contain colons. */
const partsOf = (arn: string): string[] => {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
};

/** ArnLike compares part by part, with `*` and `?` as wildcards. (IAM user guide, ARN condition operators) */
function isLike(arn: string, pattern: string | undefined): boolean {
  if (pattern === undefined) return true;
  const expressions = partsOf(pattern).map((part) =>
    part
      .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.'),
  );
  return partsOf(arn).every((part, at) => new RegExp(`^${expressions[at]}$`).test(part));
}

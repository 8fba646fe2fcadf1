import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CognitoIdentityProvider } from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startUserPool, type UserPoolServer } from '../../../user-pool/src/server.js';
import { startLambdaHost, type LambdaHost } from './lambda-host.js';

/** Migrates everybody, and returns its environment for other events. */
const source = `
export const handler = async (event, context) => {
  if (event.pause) console.log('running');
  if (event.pause) await new Promise((done) => setTimeout(done, event.pause));
  if (!event.triggerSource) return { ...process.env, left: context.getRemainingTimeInMillis() };
  const userAttributes = { email: event.userName, email_verified: 'true' };
  return { ...event, response: { userAttributes, finalUserStatus: 'CONFIRMED', messageAction: 'SUPPRESS' } };
};
export const other = () => 'other';
`;

const arn = 'arn:aws:lambda:eu-west-1:000000000000:function:migrate';
let folder: string;
let host: LambdaHost;
/** Resolves when a function prints something. */
let printed: Promise<unknown>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lambda-api-'));
  await writeFile(join(folder, 'index.mjs'), source);
});
beforeEach(async () => {
  await host?.close();
  const lambda = { file: join(folder, 'index.mjs'), environment: { GREETING: 'hello', SECRET: 'x' } };
  let log: (line: string) => void = () => undefined;
  printed = new Promise((resolve) => (log = resolve));
  host = await startLambdaHost({
    log,
    functions: { migrate: { ...lambda, permissions: [] }, open: lambda },
    region: 'eu-west-1',
    maxConcurrency: 1,
  });
});
afterAll(async () => {
  await host.close();
  await rm(folder, { recursive: true });
});

async function call(method: string, path: string, body?: object, headers: Record<string, string> = {}) {
  const response = await fetch(`${host.url}/2015-03-31/functions/${path}`, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    type: response.headers.get('x-amzn-errortype'),
    body: (text === '' ? undefined : JSON.parse(text)) as Record<string, unknown>,
  };
}
const invoke = (event: object = {}, name = 'migrate') => call('POST', `${name}/invocations`, event);
const configure = (change: object) => call('PUT', 'migrate/configuration', change);

describe('GetFunction and GetFunctionConfiguration', () => {
  it('describe a function', async () => {
    const { status, body } = await call('GET', 'migrate/configuration');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      FunctionName: 'migrate',
      FunctionArn: arn,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Timeout: 5,
      MemorySize: 1024,
      CodeSize: Buffer.byteLength(source),
      State: 'Active',
      LastUpdateStatus: 'Successful',
      Environment: { Variables: { GREETING: 'hello', SECRET: 'x' } },
      Architectures: ['x86_64'],
      VpcConfig: { SubnetIds: [], SecurityGroupIds: [] },
    });
    const whole = await call('GET', 'migrate');
    expect(whole.body).toMatchObject({ Configuration: body, Code: { RepositoryType: 'S3' } });
  });

  it.each([
    arn,
    `${arn}:$LATEST`,
    '000000000000:function:migrate',
    'migrate:$LATEST',
    'migrate?Qualifier=$LATEST',
  ])('accept the function name %s', async (name) => {
    const path = name.includes('?') ? name.replace('?', '/configuration?') : `${name}/configuration`;
    expect((await call('GET', path)).body).toMatchObject({ FunctionArn: arn });
  });

  it.each([
    ['GET', 'nobody', 'Function not found: arn:aws:lambda:eu-west-1:000000000000:function:nobody'],
    ['GET', 'nobody/configuration', /nobody$/],
    ['PUT', 'nobody/configuration', /nobody$/],
    ['GET', 'nobody/policy', /nobody$/],
    ['POST', 'nobody/policy', /nobody$/],
    ['DELETE', 'nobody/policy/one', /nobody$/],
    ['GET', 'migrate:live/configuration', /function:migrate:live$/],
    ['GET', 'migrate/configuration?Qualifier=live', /function:migrate:live$/],
  ])('%s %s is answered with ResourceNotFoundException', async (method, path, message) => {
    const { status, type, body } = await call(method, path);
    expect({ status, type }).toEqual({ status: 404, type: 'ResourceNotFoundException' });
    expect(body.Message).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
  });

  it.each([
    ['POST', 'migrate/configuration'],
    ['DELETE', 'migrate/policy'],
    ['GET', 'migrate/policy/one'],
    ['GET', 'migrate/code'],
  ])('%s %s is unknown', async (method, path) => {
    expect(await call(method, path)).toMatchObject({ status: 404, type: 'UnknownOperationException' });
  });

  it('refuse web pages of other origins, because the environment has secrets', async () => {
    const headers = { origin: 'https://elsewhere.example' };
    expect(await call('GET', 'migrate/configuration', undefined, headers)).toMatchObject({ status: 403 });
  });
});

describe('UpdateFunctionConfiguration', () => {
  it('replaces the whole environment for the next invocation, and leaves what it does not contain', async () => {
    expect((await invoke()).body).toMatchObject({ GREETING: 'hello', SECRET: 'x' });
    const { status, body } = await configure({ Environment: { Variables: { GREETING: 'hi' } } });
    expect(status).toBe(200);
    expect(body).toMatchObject({ Timeout: 5, Environment: { Variables: { GREETING: 'hi' } } });
    const { left, ...environment } = (await invoke()).body;
    expect(environment).toEqual({ GREETING: 'hi' });
    expect(left).toBeLessThanOrEqual(5000);
  });

  it('changes the timeout, the handler and what has no effect', async () => {
    const change = {
      Timeout: 2,
      MemorySize: 256,
      Runtime: 'nodejs20.x',
      Description: 'slow',
      VpcConfig: { SubnetIds: ['subnet-1'], SecurityGroupIds: ['sg-1'] },
    };
    await configure(change);
    const { body } = await call('GET', 'migrate/configuration');
    expect(body).toMatchObject({ ...change, Environment: { Variables: { GREETING: 'hello' } } });
    expect((await invoke()).body.left).toBeLessThanOrEqual(2000);
    await configure({ Handler: 'index.other' });
    expect((await invoke()).body).toBe('other');
    await configure({ Handler: 'elsewhere.other' });
    expect((await invoke()).body).toMatchObject({ errorMessage: expect.stringContaining('elsewhere.mjs') });
  });

  it('lets a running invocation finish, and runs waiting ones with the new configuration', async () => {
    const running = invoke({ pause: 300 });
    await printed;
    // The only worker is busy.
    const waiting = invoke();
    await configure({ Environment: { Variables: { GREETING: 'hi' } } });
    expect((await running).body).toMatchObject({ GREETING: 'hello' });
    expect((await waiting).body).toMatchObject({ GREETING: 'hi' });
  });

  it('with an old RevisionId is refused', async () => {
    const { RevisionId } = (await call('GET', 'migrate/configuration')).body;
    expect((await configure({ RevisionId, MemorySize: 256 })).status).toBe(200);
    expect(await configure({ RevisionId, MemorySize: 512 })).toMatchObject({
      status: 412,
      type: 'PreconditionFailedException',
    });
  });

  it.each([
    { Timeout: 0 },
    { Timeout: 901 },
    { MemorySize: 64 },
    { Handler: 'handler' },
    { Runtime: 'ruby3.3' },
    { Environment: { Variables: { '1': 'x' } } },
    { Environment: { Variables: { ONE: 1 } } },
    { VpcConfig: { SubnetIds: 'x' } },
    { Layers: [] },
  ])('refuses %j', async (change) => {
    expect(await configure(change)).toMatchObject({ status: 400, type: 'InvalidParameterValueException' });
  });
});

const cognito = {
  StatementId: 'cognito',
  Action: 'lambda:InvokeFunction',
  Principal: 'cognito-idp.amazonaws.com',
};
const poolArn = (id: string) => `arn:aws:cognito-idp:eu-west-1:000000000000:userpool/${id}`;
const permit = (permission: object, name = 'migrate') => call('POST', `${name}/policy`, permission);

describe('AddPermission, GetPolicy and RemovePermission', () => {
  it('change the resource policy of a function', async () => {
    expect(await call('GET', 'migrate/policy')).toMatchObject({
      status: 404,
      type: 'ResourceNotFoundException',
      body: { Message: 'The resource you requested does not exist.' },
    });
    const conditions = { SourceArn: poolArn('eu-west-1_one'), SourceAccount: '000000000000' };
    const statement = {
      Sid: 'cognito',
      Effect: 'Allow',
      Principal: { Service: 'cognito-idp.amazonaws.com' },
      Action: 'lambda:InvokeFunction',
      Resource: arn,
      Condition: {
        StringEquals: { 'AWS:SourceAccount': '000000000000' },
        ArnLike: { 'AWS:SourceArn': poolArn('eu-west-1_one') },
      },
    };
    const added = await permit({ ...cognito, ...conditions });
    expect(added.status).toBe(201);
    expect(JSON.parse(String(added.body.Statement))).toEqual(statement);
    const { body } = await call('GET', 'migrate/policy');
    expect(JSON.parse(String(body.Policy))).toEqual({
      Version: '2012-10-17',
      Id: 'default',
      Statement: [statement],
    });
    expect(await permit(cognito)).toMatchObject({ status: 409, type: 'ResourceConflictException' });
    const stale = `migrate/policy/cognito?RevisionId=${'0'.repeat(8)}`;
    expect(await call('DELETE', stale)).toMatchObject({ status: 412 });
    const current = `migrate/policy/cognito?RevisionId=${String(body.RevisionId)}`;
    expect(await call('DELETE', current)).toMatchObject({ status: 204, body: undefined });
    expect(await call('GET', 'migrate/policy')).toMatchObject({ status: 404 });
    expect(await call('DELETE', 'migrate/policy/cognito')).toMatchObject({
      status: 404,
      type: 'ResourceNotFoundException',
    });
  });

  it.each([
    { Principal: 'nobody' },
    { StatementId: 'a b' },
    { Action: 'everything' },
    { SourceAccount: '1' },
    { SourceArn: 'pool' },
    { PrincipalOrgID: 'o-1' },
    { Principal: undefined },
  ])('refuse %j', async (change) => {
    expect(await permit({ ...cognito, ...change })).toMatchObject({
      status: 400,
      type: 'InvalidParameterValueException',
    });
  });
});

describe('an invocation for a user pool', () => {
  const from = (sourceArn: string, name = 'migrate') =>
    call('POST', `${name}/invocations`, {}, { 'x-amz-source-arn': sourceArn });

  it.each([
    ['the pool', { SourceArn: poolArn('eu-west-1_one') }, 200],
    ['the pool and its account', { SourceArn: poolArn('eu-west-1_one'), SourceAccount: '000000000000' }, 200],
    ['every resource', {}, 200],
    ['every pool of a Region', { SourceArn: poolArn('*') }, 200],
    ['one letter as a wildcard', { SourceArn: poolArn('eu-west-1_on?') }, 200],
    ['every action', { Action: 'lambda:*' }, 200],
    ['everybody', { Principal: '*' }, 200],
    ['another pool', { SourceArn: poolArn('eu-west-1_two') }, 403],
    ['a longer name', { SourceArn: poolArn('eu-west-1_on') }, 403],
    ['a dot as any letter', { SourceArn: poolArn('eu-west-1.one') }, 403],
    ['another Region', { SourceArn: poolArn('*').replace('eu-west-1', 'us-east-1') }, 403],
    ['another account', { SourceAccount: '123456789012' }, 403],
    ['another service', { Principal: 's3.amazonaws.com' }, 403],
    ['an account', { Principal: '000000000000' }, 403],
    ['another action', { Action: 'lambda:GetFunction' }, 403],
  ])('and a policy that permits %s', async (_what, change, status) => {
    await permit({ ...cognito, ...change });
    expect((await from(poolArn('eu-west-1_one'))).status).toBe(status);
  });

  it('is refused without a policy, unlike one of a caller with credentials', async () => {
    expect(await from(poolArn('eu-west-1_one'))).toMatchObject({
      status: 403,
      type: 'AccessDeniedException',
      body: { Message: expect.stringContaining(`lambda:InvokeFunction on resource: ${arn}`) },
    });
    expect((await invoke()).status).toBe(200);
  });

  it('is permitted by default', async () => {
    expect((await from(poolArn('eu-west-1_one'), 'open')).status).toBe(200);
    expect((await from('arn:aws:sns:eu-west-1:000000000000:topic', 'open')).status).toBe(403);
  });
});

describe('a user pool whose triggers run here', () => {
  let server: UserPoolServer;
  let sdk: CognitoIdentityProvider;
  let UserPoolId: string;
  let ClientId: string;

  beforeEach(async () => {
    server = await startUserPool({ lambdaEndpoint: host.url });
    const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
    sdk = new CognitoIdentityProvider({ endpoint: server.url, region: 'eu-west-1', credentials });
    const { UserPool } = await sdk.createUserPool({
      PoolName: 'people',
      UsernameAttributes: ['email'],
      LambdaConfig: { UserMigration: arn },
    });
    UserPoolId = UserPool?.Id ?? '';
    ClientId = await createClient('LEGACY');
  });

  async function createClient(PreventUserExistenceErrors: 'LEGACY' | 'ENABLED'): Promise<string> {
    const { UserPoolClient } = await sdk.createUserPoolClient({
      UserPoolId,
      ClientName: PreventUserExistenceErrors,
      ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      PreventUserExistenceErrors,
    });
    return UserPoolClient?.ClientId ?? '';
  }
  const signIn = (client = ClientId) =>
    sdk.initiateAuth({
      ClientId: client,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: 'ann@example.com', PASSWORD: 'Correct-horse-1' },
    });

  it('migrates nobody until the function permits it, and the error is that of Cognito', async () => {
    try {
      await expect(signIn()).rejects.toMatchObject({
        name: 'UserNotFoundException',
        message: `Exception migrating user in app client ${ClientId}`,
      });
      const hiding = await createClient('ENABLED');
      await expect(signIn(hiding)).rejects.toMatchObject({
        name: 'NotAuthorizedException',
        message: 'Incorrect username or password.',
      });
      await sdk.updateUserPool({ UserPoolId, LambdaConfig: { PreSignUp: arn } });
      const signUp = { ClientId, Username: 'bob@example.com', Password: 'Correct-horse-1' };
      await expect(sdk.signUp(signUp)).rejects.toMatchObject({
        name: 'UnexpectedLambdaException',
        message: 'PreSignUp invocation failed due to error AccessDeniedException.',
      });
      await sdk.updateUserPool({ UserPoolId, LambdaConfig: { UserMigration: arn } });
      await permit({ ...cognito, SourceArn: poolArn(UserPoolId), SourceAccount: '000000000000' });
      expect((await signIn()).AuthenticationResult?.AccessToken).toBeDefined();
    } finally {
      sdk.destroy();
      await server.close();
    }
  });
});

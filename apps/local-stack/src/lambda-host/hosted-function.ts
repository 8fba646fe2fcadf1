import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { updateConfiguration, type FunctionConfiguration } from './function-configuration.js';
import { preconditionFailed } from './lambda-error.js';
import type { Invocation, InvocationResult, LambdaCode, LambdaFunction } from './lambda-function.js';
import type { WorkerOptions } from './lambda-worker.js';
import { ResourcePolicy, type Permission } from './resource-policy.js';
import { WorkerPool } from './worker-pool.js';

const everyUserPool: Permission = {
  StatementId: 'cognito',
  Action: 'lambda:InvokeFunction',
  Principal: 'cognito-idp.amazonaws.com',
  SourceArn: 'arn:aws:cognito-idp:*:*:userpool/*',
};

export interface HostOptions extends WorkerOptions {
  arn: string;
  maxConcurrency: number;
}

/** A function with its configuration, its resource policy and its workers. */
export class HostedFunction {
  readonly arn: string;
  readonly policy: ResourcePolicy;
  private readonly workers: WorkerPool;
  private configuration: FunctionConfiguration;
  private revisionId = randomUUID() as string;
  private changedAt = new Date();
  private readonly file: string;
  private workerOptions: WorkerOptions;

  constructor(lambda: LambdaFunction, { arn, maxConcurrency, ...options }: HostOptions) {
    const { file, handler = 'handler', environment, permissions = [everyUserPool] } = lambda;
    this.file = file;
    this.workerOptions = options;
    this.arn = arn;
    this.policy = new ResourcePolicy(this.arn);
    for (const permission of permissions) this.policy.add(permission);
    this.configuration = {
      Description: '',
      Environment: { Variables: environment },
      Handler: `${basename(file, extname(file))}.${handler}`,
      MemorySize: 1024,
      Role: `arn:aws:iam::000000000000:role/${options.functionName}`,
      Runtime: 'nodejs24.x',
      Timeout: Math.ceil(options.timeoutMs / 1000),
      VpcConfig: { SubnetIds: [], SecurityGroupIds: [] },
    };
    this.workers = new WorkerPool({ file, handler, environment }, maxConcurrency, options);
  }

  invoke(invocation: Invocation): Promise<InvocationResult> {
    return this.workers.invoke(invocation);
  }

  close(): Promise<void> {
    return this.workers.close();
  }

  /** UpdateFunctionConfiguration. It takes effect for the next invocation. */
  update(request: Record<string, unknown>): void {
    const { RevisionId: expected } = request;
    if (typeof expected === 'string' && expected !== this.revisionId) throw preconditionFailed();
    const { Timeout: before } = this.configuration;
    this.configuration = updateConfiguration(this.configuration, request);
    this.revisionId = randomUUID();
    this.changedAt = new Date();
    const { Timeout } = this.configuration;
    if (Timeout !== before) this.workerOptions = { ...this.workerOptions, timeoutMs: Timeout * 1000 };
    this.workers.replace(this.code(), this.workerOptions);
  }

  private code(): LambdaCode {
    const { Handler, Environment } = this.configuration;
    const [module = '', handler = ''] = Handler.split('.');
    const file = join(dirname(this.file), module + extname(this.file));
    return { file, handler, environment: Environment.Variables };
  }

  /** GetFunctionConfiguration. The runtime, memory and network settings have no effect. */
  async describe(): Promise<object> {
    const code = await readFile(this.file);
    const { VpcConfig, ...configuration } = this.configuration;
    return {
      FunctionName: this.workerOptions.functionName,
      FunctionArn: this.arn,
      ...configuration,
      CodeSize: code.length,
      CodeSha256: createHash('sha256').update(code).digest('base64'),
      LastModified: this.changedAt.toISOString().replace('Z', '+0000'),
      Version: '$LATEST',
      VpcConfig: { ...VpcConfig, VpcId: VpcConfig.SubnetIds.length > 0 ? 'vpc-local' : '' },
      TracingConfig: { Mode: 'PassThrough' },
      RevisionId: this.revisionId,
      State: 'Active',
      LastUpdateStatus: 'Successful',
      PackageType: 'Zip',
      Architectures: ['x86_64'],
      EphemeralStorage: { Size: 512 },
    };
  }

  /** GetFunction. */
  async describeWithCode(): Promise<object> {
    return {
      Configuration: await this.describe(),
      Code: { RepositoryType: 'S3', Location: pathToFileURL(this.file).href },
    };
  }
}

import type {
  LogConfigurationType,
  PoolSettingsReader,
  UserPoolClientType,
  UserPoolMfaConfig,
  UserPoolType,
} from '../cognito/pool-settings.reader.js';
import type {
  FunctionConfiguration,
  PolicyStatement,
  TriggerFunctionReader,
} from '../cognito/trigger-function.reader.js';
import type { Config } from '../common/config/config.js';
import { ConfigurationError } from '../common/config/configuration-error.js';

/** A check could not look. `message` is the reason, for people. */
export class NotChecked extends Error {
  /** @param isOutage the same check may succeed later without a change of the configuration */
  constructor(
    message: string,
    readonly isOutage = false,
  ) {
    super(message);
    this.name = 'NotChecked';
  }
}

/** Namespaces; of those whose variables are missing or invalid, the error. */
export type Settings = { readonly [Name in keyof Config]: Config[Name] | ConfigurationError };

/** Signs a random unknown address in. @throws AppError if Cognito does not process the sign-in */
export type Canary = (requestId: string) => Promise<void>;

/** Runs a statement on Usher's database. */
export type Query = <Row extends object>(text: string, values?: unknown[]) => Promise<Row[]>;

export interface FactSources {
  settings: Settings;
  pool: PoolSettingsReader;
  functions: TriggerFunctionReader;
  query: Query;
  /** Absent without `--live`. */
  canary?: Canary | undefined;
}

/** What checks look at. Everything is read at most once, when the first check needs it. */
export class Facts {
  private readonly known = new Map<string, Promise<unknown>>();

  constructor(private readonly sources: FactSources) {}

  /** @throws NotChecked if a variable of the namespace is missing or invalid */
  settings<Name extends keyof Config>(name: Name): Config[Name] {
    const found = this.sources.settings[name];
    if (found instanceof ConfigurationError) throw new NotChecked(found.problems.join('; '));
    return found as Config[Name];
  }

  pool(): Promise<UserPoolType> {
    return this.once('pool', () => this.sources.pool.describePool());
  }

  appClient(clientId: string): Promise<UserPoolClientType> {
    return this.once(`client ${clientId}`, () => this.sources.pool.describeAppClient(clientId));
  }

  mfa(): Promise<UserPoolMfaConfig> {
    return this.once('mfa', () => this.sources.pool.describeMfa());
  }

  logDelivery(): Promise<LogConfigurationType[]> {
    return this.once('log delivery', () => this.sources.pool.describeLogDelivery());
  }

  limitOf(category: string): Promise<number | undefined> {
    return this.once(`limit ${category}`, () => this.sources.pool.limitOf(category));
  }

  /** @throws NotChecked for a pool without a migration trigger, which is a finding of its own */
  async triggerArn(): Promise<string> {
    const arn = (await this.pool()).LambdaConfig?.UserMigration;
    if (arn === undefined) throw new NotChecked('the pool has no migration trigger');
    return arn;
  }

  /** The configuration of the migration Lambda. @returns `undefined` if the function does not exist */
  async triggerFunction(): Promise<FunctionConfiguration | undefined> {
    const arn = await this.triggerArn();
    return this.once('function', () => this.sources.functions.configurationOf(arn));
  }

  async triggerPolicy(): Promise<PolicyStatement[]> {
    const arn = await this.triggerArn();
    return this.once('policy', () => this.sources.functions.policyOf(arn));
  }

  query<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    this.settings('database');
    return this.once(`${text} ${JSON.stringify(values)}`, () => this.sources.query<Row>(text, values));
  }

  /** Reads again at each call. */
  queryAgain<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    this.settings('database');
    return this.sources.query<Row>(text, values);
  }

  /** @throws NotChecked without `--live`; AppError if Cognito does not process the sign-in */
  async sendCanary(requestId: string): Promise<void> {
    if (this.sources.canary === undefined) throw new NotChecked('only with --live');
    await this.sources.canary(requestId);
  }

  private once<Fact>(name: string, read: () => Promise<Fact>): Promise<Fact> {
    const known = this.known.get(name) ?? read();
    this.known.set(name, known);
    return known as Promise<Fact>;
  }
}

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
import { isConnectionError } from '../common/database/database.js';
import { isAppError } from '../common/errors/app-error.js';
import type { Candidate } from '../legacy/candidates.js';
import type { ReadOnlySource } from '../legacy/mapping.js';

/** A check could not look. `message` is the reason, for people. */
export class NotChecked extends Error {
  /** @param isOutage the same check may succeed later without a change of the configuration */
  constructor(
    message: string,
    readonly isOutage = false,
    cause?: unknown,
  ) {
    super(message, { cause });
    this.name = 'NotChecked';
  }
}

/** The installation has nothing that the check looks at, such as a source without `LEGACY_SOURCE`. */
export class NothingToCheck extends NotChecked {}

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
  /** The read-only source that LEGACY_SOURCE names. */
  legacySource(): Promise<ReadOnlySource | undefined>;
  findCandidates(): Promise<Candidate[]>;
  cognitoTime(): TimeInterval | undefined;
}

/** The time of another clock at this moment, in milliseconds since 1970: its bounds. */
export interface TimeInterval {
  earliest: number;
  latest: number;
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

  /** As `triggerArn`. @throws NotChecked also for a function that Lambda's API in the pool's Region does not know */
  private async reachableArn(): Promise<string> {
    const arn = await this.triggerArn();
    const { region, endpoint, lambdaEndpoint } = this.settings('userPool');
    const isOfAws = endpoint === undefined || /\.amazonaws\.com(\.cn)?$/.test(new URL(endpoint).hostname);
    if (!isOfAws && lambdaEndpoint === undefined)
      throw new NotChecked('AWS_ENDPOINT_URL_LAMBDA is not set, and the user pool is not at AWS');
    if (arn.split(':')[3] !== region) throw new NotChecked('the function is in another Region');
    return arn;
  }

  /** The configuration of the migration Lambda. @returns `undefined` if the function does not exist */
  async triggerFunction(): Promise<FunctionConfiguration | undefined> {
    const arn = await this.reachableArn();
    return this.once('function', () => this.sources.functions.configurationOf(arn));
  }

  async triggerPolicy(): Promise<PolicyStatement[]> {
    const arn = await this.reachableArn();
    return this.once('policy', () => this.sources.functions.policyOf(arn));
  }

  /** @throws NotChecked while the database does not answer */
  async query<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    this.settings('database');
    try {
      const send = () => this.sources.query<Row>(text, values);
      return await this.once(`${text} ${JSON.stringify(values)}`, send);
    } catch (error) {
      if (!isAppError(error, 'overloaded') && !isConnectionError(error)) throw error;
      throw new NotChecked('the database does not answer', true, error);
    }
  }

  /** @throws NotChecked without LEGACY_SOURCE; SourceError */
  async legacySource(): Promise<ReadOnlySource> {
    const { source: name } = this.settings('legacySource');
    const source =
      name === undefined || name === 'none'
        ? undefined
        : await this.once('source', () => this.sources.legacySource());
    if (source === undefined) throw new NothingToCheck('LEGACY_SOURCE names no source');
    return source;
  }

  candidates(): Promise<Candidate[]> {
    return this.once('candidates', () => this.sources.findCandidates());
  }

  /** @throws NotChecked before a response of Cognito */
  async cognitoTime(): Promise<TimeInterval> {
    await this.pool();
    const time = this.sources.cognitoTime();
    if (time === undefined) throw new NotChecked('Cognito sent no date');
    return time;
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

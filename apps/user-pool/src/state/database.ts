import type { Clock } from '../clock.js';
import { ExpiringRecords } from './expiring-records.js';
import { noJournal, openJournal, type Change, type Journal } from './journal.js';
import type { Client, Group, ImportJob, Pool, User } from './records.js';
import { UserIndex } from './user-index.js';

/** Markers of events that must not repeat, such as a revoked token or a used challenge session. */
export interface Mark {
  expiresAt: number;
}

/** The current generation of a rotated refresh token. */
export interface Rotation {
  generation: number;
  rotatedAt: number;
  expiresAt: number;
}

/** Keeps all records in memory and writes every change to the journal. */
export class Database {
  private readonly records: { [K in Kind]: Map<string, Records[K]> };
  private readonly indexes = new Map<string, UserIndex>();
  private readonly journal: Journal = noJournal;
  private batch: Change[] | undefined;
  private sequence = 0;

  constructor(clock: Clock, directory?: string) {
    this.records = {
      pool: new Map(),
      client: new Map(),
      group: new Map(),
      user: new Map(),
      import: new Map(),
      mark: new ExpiringRecords(() => clock.now()),
      rotation: new ExpiringRecords(() => clock.now()),
    };
    if (directory === undefined) return;
    const { changes, journal } = openJournal(directory);
    for (const { kind, id, value } of changes) this.put(kind as Kind, id, value as Records[Kind] | null);
    this.journal = journal({ records: () => this.snapshot(), count: () => this.count() });
  }

  pools = () => this.records.pool.values();
  pool = (id: string) => this.records.pool.get(id);
  savePool = (pool: Pool) => this.save('pool', pool.id, pool);

  client = (id: string) => this.records.client.get(id);
  clientsOf = (poolId: string) =>
    [...this.records.client.values()].filter((client) => client.poolId === poolId);
  saveClient = (client: Client) => this.save('client', client.id, client);
  removeClient = (client: Client) => this.save('client', client.id, null);

  group = (poolId: string, name: string) => this.records.group.get(`${poolId}/${name}`);
  groupsOf = (poolId: string) => [...this.records.group.values()].filter((group) => group.poolId === poolId);
  saveGroup = (group: Group) => this.save('group', `${group.poolId}/${group.name}`, group);

  user = (poolId: string, sub: string) => this.records.user.get(`${poolId}/${sub}`);
  usersOf = (poolId: string) => this.index(poolId).subs();
  /** @param sequence of the last user before them */
  usersAfter = (poolId: string, sequence: number) => this.index(poolId).subsAfter(sequence);
  saveUser = (user: User) => this.save('user', `${user.poolId}/${user.sub}`, user);
  removeUser = (user: User) => this.save('user', `${user.poolId}/${user.sub}`, null);
  countUsers = (poolId: string) => this.index(poolId).size;
  /** Users are listed in the order of these numbers. */
  nextSequence = () => ++this.sequence;
  /** Finds a user by username, `sub` or alias, with the case rules of the pool. */
  findUser(poolId: string, name: string): User | undefined {
    const sub = this.index(poolId).find(name);
    return sub === undefined ? undefined : this.user(poolId, sub);
  }

  importJob = (id: string) => this.records.import.get(id);
  /** In the order in which the jobs were created. */
  importJobs = () => this.records.import.values();
  importJobsOf = (poolId: string) => [...this.importJobs()].filter((job) => job.poolId === poolId);
  saveImportJob = (job: ImportJob) => this.save('import', job.id, job);

  /** Deletes a pool with all its content in one step. */
  removePool(pool: Pool): void {
    this.together(() => {
      for (const sub of [...this.usersOf(pool.id)]) this.save('user', `${pool.id}/${sub}`, null);
      for (const client of this.clientsOf(pool.id)) this.removeClient(client);
      for (const group of this.groupsOf(pool.id)) this.save('group', `${pool.id}/${group.name}`, null);
      for (const { id } of this.importJobsOf(pool.id)) this.save('import', id, null);
      this.save('pool', pool.id, null);
    });
  }

  isMarked = (key: string) => this.records.mark.get(key) !== undefined;
  mark = (key: string, expiresAt: number) => this.save('mark', key, { expiresAt });

  rotation = (originJti: string) => this.records.rotation.get(originJti);
  saveRotation = (originJti: string, rotation: Rotation) => this.save('rotation', originJti, rotation);

  /** Writes all changes of `work` to the journal in one line. `work` must be synchronous. */
  together(work: () => void): void {
    this.batch = [];
    try {
      work();
    } finally {
      const changes = this.batch;
      this.batch = undefined;
      if (changes.length > 0) this.journal.append(changes);
    }
  }

  close(): void {
    this.journal.close();
  }

  private save<K extends Kind>(kind: K, id: string, value: Records[K] | null): void {
    this.put(kind, id, value);
    const change = { kind, id, value };
    if (this.batch) this.batch.push(change);
    else this.journal.append([change]);
  }

  private put<K extends Kind>(kind: K, id: string, value: Records[K] | null): void {
    const records: Map<string, Records[K]> = this.records[kind];
    const before = records.get(id);
    if (value === null) records.delete(id);
    else records.set(id, value);
    if (kind === 'pool' && value === null) this.indexes.delete(id);
    if (kind === 'user') this.reindex(before as User | undefined, value as User | null);
  }

  private reindex(before: User | undefined, after: User | null): void {
    const poolId = after?.poolId ?? before?.poolId;
    this.sequence = Math.max(this.sequence, after?.sequence ?? 0);
    if (poolId !== undefined) this.index(poolId).replace(before, after ?? undefined);
  }

  private index(poolId: string): UserIndex {
    const known = this.indexes.get(poolId);
    if (known) return known;
    const pool = this.pool(poolId);
    if (!pool) throw new TypeError(`No pool ${poolId}`);
    const index = new UserIndex(pool.settings);
    this.indexes.set(poolId, index);
    return index;
  }

  private count(): number {
    return Object.values(this.records).reduce((sum, { size }) => sum + size, 0);
  }

  private *snapshot(): Iterable<Change> {
    for (const kind of ['pool', 'client', 'group', 'user', 'import', 'mark', 'rotation'] as const) {
      for (const [id, value] of this.records[kind]) yield { kind, id, value };
    }
  }
}

interface Records {
  pool: Pool;
  client: Client;
  group: Group;
  user: User;
  import: ImportJob;
  mark: Mark;
  rotation: Rotation;
}
type Kind = keyof Records;

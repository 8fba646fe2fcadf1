import bcrypt from 'bcryptjs';
import pg from 'pg';
import { loadDeviseUsers } from '../../../apps/local-stack/src/demo-users.js';
import { type Postgres, startPostgres } from '../../../apps/local-stack/src/postgres/postgres.js';
import { newPerson, type Person } from '../person.js';
import { type Disk, smallDisk } from './disk.js';

/** More than the number of first sign-ins. */
const legacyPeople = 600;

/** A PostgreSQL server that can be restarted and whose disk can be filled. */
export class Database {
  private constructor(
    readonly disk: Disk,
    private postgres: Postgres,
    readonly url: string,
    readonly people: Person[],
  ) {}

  static async start(): Promise<Database> {
    const disk = await smallDisk();
    const postgres = await startPostgres({ dataDir: disk.folder, durable: false });
    const url = await postgres.createDatabase('usher');
    const people = Array.from({ length: legacyPeople }, (_, index) => newPerson(index, 'legacy'));
    const database = new Database(disk, postgres, url, people);
    await database.withClient(async (client) => {
      await loadDeviseUsers(client, new Date());
      await insertPeople(client, people);
    });
    return database;
  }

  stop(): Promise<void> {
    return this.postgres.stop();
  }

  /** Also works after PostgreSQL has stopped by itself because it could not write its WAL. */
  async startAgain(): Promise<void> {
    await this.postgres.stop();
    this.postgres = await startPostgres({
      dataDir: this.disk.folder,
      durable: false,
      port: this.postgres.port,
    });
  }

  async isUp(): Promise<boolean> {
    return this.sql('SELECT 1').then(
      () => true,
      () => false,
    );
  }

  /** Uses a new connection, because a restart closes connections. */
  sql<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    return this.withClient(async (client) => (await client.query<Row>(text, values)).rows);
  }

  async remove(): Promise<void> {
    await this.postgres.stop();
    await this.disk.remove();
  }

  private async withClient<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: this.url });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }
}

/** Hashes as Devise writes them, with a low cost. */
async function insertPeople(client: pg.Client, people: Person[]): Promise<void> {
  const hashes = people.map(({ password }) => bcrypt.hashSync(password, 4).replace('$2b$', '$2a$'));
  await client.query(
    `INSERT INTO users (email, encrypted_password, confirmed_at, created_at, updated_at)
     SELECT email, hash, now(), now(), now() FROM unnest($1::text[], $2::text[]) AS person (email, hash)`,
    [people.map(({ email }) => email), hashes],
  );
}

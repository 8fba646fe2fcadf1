import bcrypt from 'bcryptjs';
import pg from 'pg';
import { loadDeviseUsers } from '../../../apps/local-stack/src/demo-users.js';
import { type Postgres, startPostgres } from '../../../apps/local-stack/src/postgres/postgres.js';
import { newPerson, type Person } from '../person.js';
import { type Disk, smallDisk } from './disk.js';

/** More than first sign-ins will be made. */
const legacyPeople = 600;

/** A PostgreSQL of our own, which can be restarted and whose disk can be filled. */
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

  /** Also after it has ended by itself, as it may when its log cannot be written. */
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

  /** On a connection of its own: others do not live through a restart. */
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

/** As Devise does it, but for the cost: most of what is tested here is not bcrypt. */
async function insertPeople(client: pg.Client, people: Person[]): Promise<void> {
  const hashes = people.map(({ password }) => bcrypt.hashSync(password, 4).replace('$2b$', '$2a$'));
  await client.query(
    `INSERT INTO users (email, encrypted_password, confirmed_at, created_at, updated_at)
     SELECT email, hash, now(), now(), now() FROM unnest($1::text[], $2::text[]) AS person (email, hash)`,
    [people.map(({ email }) => email), hashes],
  );
}

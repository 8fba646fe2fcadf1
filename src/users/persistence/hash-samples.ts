import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '../../platform/database/database.js';

// The newest rows of the table tell what is usual as well as all of them, and cost nothing.
const newest: Statement = {
  name: 'hash-samples-newest',
  text: `
    SELECT encrypted_password AS "stored"
    FROM (SELECT encrypted_password FROM users ORDER BY id DESC LIMIT 500) AS newest
    WHERE encrypted_password <> ''`,
};

@Injectable()
export class HashSamples {
  constructor(private readonly database: Database) {}

  /** Stored strings of the newest rows. */
  async newest(): Promise<string[]> {
    const rows = await this.database.query<{ stored: string }>(newest);
    return rows.map(({ stored }) => stored);
  }
}

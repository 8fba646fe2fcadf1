import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '../../platform/database/database.js';

// The newest rows of the table tell what is usual as well as all of them, and cost nothing.
const mostCommonBcryptCost: Statement = {
  name: 'hash-samples-most-common-bcrypt-cost',
  text: `
    SELECT substring(encrypted_password from '^\\$2[aby]\\$(\\d\\d)\\$')::int AS cost
    FROM (SELECT encrypted_password FROM users ORDER BY id DESC LIMIT 500) AS newest
    WHERE encrypted_password LIKE '$2_$%'
    GROUP BY 1 ORDER BY count(*) DESC, 1 DESC LIMIT 1`,
};

@Injectable()
export class HashSamples {
  constructor(private readonly database: Database) {}

  async mostCommonBcryptCost(): Promise<number | undefined> {
    const row = await this.database.queryOne<{ cost: number | null }>(mostCommonBcryptCost);
    return row?.cost ?? undefined;
  }
}

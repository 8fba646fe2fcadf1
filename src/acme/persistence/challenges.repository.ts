import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '../../platform/database/database.js';
import type { Challenge } from '../challenge.js';

const find: Statement = {
  name: 'acme-challenges-find',
  text: `
    SELECT key_authorization AS "keyAuthorization" FROM usher.acme_challenges WHERE token = $1 AND expires_at > now()`,
};

/** Takes forgotten ones away on the way. */
const publish: Statement = {
  name: 'acme-challenges-publish',
  text: `
    WITH forgotten AS (DELETE FROM usher.acme_challenges WHERE expires_at < now() AND token <> $1)
    INSERT INTO usher.acme_challenges (token, key_authorization, expires_at)
    VALUES ($1, $2, now() + make_interval(secs => $3))
    ON CONFLICT (token) DO UPDATE SET key_authorization = $2, expires_at = excluded.expires_at`,
};

const withdraw: Statement = {
  name: 'acme-challenges-withdraw',
  text: `DELETE FROM usher.acme_challenges WHERE token = $1 RETURNING token`,
};

/** Challenges that every process answers. */
@Injectable()
export class ChallengesRepository {
  constructor(private readonly database: Database) {}

  async find(token: string): Promise<string | undefined> {
    return (await this.database.queryOne<{ keyAuthorization: string }>(find, [token]))?.keyAuthorization;
  }

  /** @param seconds after which it is withdrawn by itself */
  async publish({ token, keyAuthorization }: Challenge, seconds: number): Promise<void> {
    await this.database.query(publish, [token, keyAuthorization, seconds]);
  }

  /** Whether it was there. */
  async withdraw(token: string): Promise<boolean> {
    return (await this.database.query(withdraw, [token])).length > 0;
  }
}

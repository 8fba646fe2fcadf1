import { Inject, Injectable, Optional } from '@nestjs/common';
import { type AcmeChallengeConfig, acmeChallengeConfig } from '../common/config/acme.config.js';
import { Database, type Statement } from '../common/database/database.js';

/** An http-01 challenge: the CA requests the token and expects the key authorization (RFC 8555 section 8.3). */
export interface Challenge {
  token: string;
  keyAuthorization: string;
}

const secondsPerDay = 24 * 60 * 60;

const find: Statement = {
  name: 'acme-challenges-find',
  text: `
    SELECT key_authorization AS "keyAuthorization" FROM usher.acme_challenges WHERE token = $1 AND expires_at > now()`,
};

/** Also deletes expired challenges. */
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

/** http-01 challenges of orders and of operators, as from `certbot --manual`. Every process answers all of them to CAs. */
@Injectable()
export class ChallengeService {
  /** @param config absent in commands, which do not answer challenges */
  constructor(
    private readonly database: Database,
    @Optional() @Inject(acmeChallengeConfig.KEY) private readonly config?: AcmeChallengeConfig,
  ) {}

  /** Returns the key authorization; `undefined` for an unknown token. @throws AppError `overloaded` */
  async findKeyAuthorization(token: string): Promise<string | undefined> {
    // The pair from the environment needs no database, so that a certificate can be issued without one.
    const configured = this.config?.external;
    if (configured?.token === token) return configured.keyAuthorization;
    if (!isToken(token)) return undefined;
    return (await this.database.queryOne<{ keyAuthorization: string }>(find, [token]))?.keyAuthorization;
  }

  /** @param seconds until the challenge expires */
  async publish({ token, keyAuthorization }: Challenge, seconds: number): Promise<void> {
    await this.database.query(publish, [token, keyAuthorization, seconds]);
  }

  /** Publishes the challenge of an operator for one day. Returns the invalid part, or `undefined` on success. */
  async publishManual(challenge: Challenge): Promise<'token' | 'key authorization' | undefined> {
    const { token, keyAuthorization } = challenge;
    if (!isToken(token)) return 'token';
    if (!isKeyAuthorization(token, keyAuthorization)) return 'key authorization';
    await this.publish(challenge, secondsPerDay);
    return undefined;
  }

  /** Returns whether the challenge existed. */
  async withdraw(token: string): Promise<boolean> {
    return (await this.database.query(withdraw, [token])).length > 0;
  }
}

/** Base64url without padding (RFC 8555 section 8.1); CAs use 22 to 43 characters, and 128 bits are the minimum. */
const isToken = (text: string): boolean => /^[\w-]{22,128}$/.test(text);

/** The token, a dot and the SHA-256 thumbprint of the account key in base64url (RFC 8555 section 8.1, RFC 7638). */
const isKeyAuthorization = (token: string, text: string): boolean =>
  text.startsWith(`${token}.`) && /^[\w-]{43}$/.test(text.slice(token.length + 1));

import { Inject, Injectable, Optional } from '@nestjs/common';
import { type AcmeChallengeConfig, acmeChallengeConfig } from '../common/config/acme.config.js';
import { Raw } from 'typeorm';
import { Database } from '../common/database/database.js';
import { AcmeChallenge } from './persistence/acme.entities.js';

export type Challenge = Pick<AcmeChallenge, 'token' | 'keyAuthorization'>;

const secondsPerDay = 24 * 60 * 60;

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
    const expiresAt = Raw((column) => `${column} > now()`);
    const challenge = await this.database.with(AcmeChallenge, (challenges) =>
      challenges.findOneBy({ token, expiresAt }),
    );
    return challenge?.keyAuthorization;
  }

  /** Also deletes expired challenges. @param seconds until the challenge expires */
  async publish({ token, keyAuthorization }: Challenge, seconds: number): Promise<void> {
    const expiresAt = () => `now() + interval '1 second' * ${Number(seconds)}`;
    await this.database.with(AcmeChallenge, async (challenges) => {
      await challenges.delete({ expiresAt: Raw((column) => `${column} < now()`) });
      await challenges.upsert({ token, keyAuthorization, expiresAt }, ['token']);
    });
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
    const { affected } = await this.database.with(AcmeChallenge, (challenges) =>
      challenges.delete({ token }),
    );
    return affected === 1;
  }
}

/** Base64url without padding (RFC 8555 section 8.1); CAs use 22 to 43 characters, and 128 bits are the minimum. */
const isToken = (text: string): boolean => /^[\w-]{22,128}$/.test(text);

/** The token, a dot and the SHA-256 thumbprint of the account key in base64url (RFC 8555 section 8.1, RFC 7638). */
const isKeyAuthorization = (token: string, text: string): boolean =>
  text.startsWith(`${token}.`) && /^[\w-]{43}$/.test(text.slice(token.length + 1));

import { createHash, timingSafeEqual } from 'node:crypto';

/** Bearer tokens of a route. Several are valid during a rotation. */
export class AcceptedTokens {
  private readonly digests: Buffer[];

  constructor(tokens: readonly string[]) {
    this.digests = tokens.map(digest);
  }

  /** Runs in constant time: compares digests of equal length, and all of them. */
  include(token: string | undefined): boolean {
    const given = digest(token ?? '');
    const matches = this.digests.map((accepted) => timingSafeEqual(accepted, given));
    return token !== undefined && matches.includes(true);
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The token of `Authorization: Bearer`. */
export const bearerOf = ({ authorization }: { authorization?: string }): string | undefined =>
  /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];

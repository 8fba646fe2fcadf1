import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '../../common/database/database.js';
import type { Principal } from '../../common/http/caller.decorators.js';
import { RecentProof } from './recent-proof.entity.js';

/** Excludes proofs from before a sign-out that revoked the family, and proofs of revoked families. */
const isLive = `
  NOT EXISTS (SELECT 1 FROM usher.sign_outs AS s
    WHERE s.sub = $2 AND s.signed_out_at >= known.at AND NOT $1 = ANY (s.kept))
  AND NOT EXISTS (SELECT 1 FROM usher.sessions WHERE origin_jti = $1 AND ended_at IS NOT NULL)`;

/** A proof and the sign-outs that void it are read at one moment. */
const find: Statement = {
  name: 'recent-proofs-find',
  text: `
    SELECT EXISTS (SELECT 1 FROM (SELECT proven_at AS at FROM usher.recent_proofs WHERE origin_jti = $1 AND sub = $2) AS known
        WHERE known.at > now() - interval '10 minutes' AND ${isLive}) AS proven,
      EXISTS (SELECT 1 FROM (SELECT enrolled_at AS at FROM usher.recent_proofs WHERE origin_jti = $1 AND sub = $2) AS known
        WHERE known.at > now() - interval '15 minutes' AND ${isLive}) AS enrolling`,
};

/** Each write also deletes up to 10 old rows, which bounds the size of the table. */
const upsert = (column: 'proven_at' | 'enrolled_at' | 'challenge', value: string): string => `
    WITH old AS (
      DELETE FROM usher.recent_proofs WHERE origin_jti IN (
        SELECT origin_jti FROM usher.recent_proofs
        WHERE updated_at < now() - interval '20 minutes' AND origin_jti <> $1
        ORDER BY updated_at LIMIT 10 FOR UPDATE SKIP LOCKED))
    INSERT INTO usher.recent_proofs (origin_jti, sub, ${column}) VALUES ($1, $2, ${value})
    ON CONFLICT (origin_jti) DO UPDATE SET ${column} = excluded.${column}, updated_at = clock_timestamp()`;

/** Deletes the challenge: it accepts no second code, and the next proof may need another factor. */
const recordProof: Statement = {
  name: 'recent-proofs-record',
  text: `${upsert('proven_at', 'clock_timestamp()')}, challenge = NULL`,
};

/** Also deletes old rows. */
const recordEnrolment: Statement = {
  name: 'recent-proofs-record-enrolment',
  text: upsert('enrolled_at', 'clock_timestamp()'),
};

const saveChallenge: Statement = { name: 'recent-proofs-save-challenge', text: upsert('challenge', '$3') };

/** A caller without a token family has no proofs, and none are recorded. */
type Caller = Pick<Principal, 'originJti' | 'sub'>;

export interface ProofState {
  /** The caller proved the password in the last 10 minutes. */
  proven: boolean;
  /** The caller began to set up an authenticator app in the last 15 minutes. */
  enrolling: boolean;
}

/** Recent proofs of identity, one row per token family, shared by all processes. */
@Injectable()
export class RecentProofsRepository {
  constructor(private readonly database: Database) {}

  async find({ originJti, sub }: Caller): Promise<ProofState> {
    const none = { proven: false, enrolling: false };
    if (originJti === undefined) return none;
    return (
      (await this.database.queryOne<ProofState & Record<string, unknown>>(find, [originJti, sub])) ?? none
    );
  }

  recordProof(caller: Caller): Promise<void> {
    return this.write(recordProof, caller);
  }

  recordEnrolment(caller: Caller): Promise<void> {
    return this.write(recordEnrolment, caller);
  }

  async endEnrolment({ originJti }: Caller): Promise<void> {
    if (originJti === undefined) return;
    await this.database.with(RecentProof, (proofs) => proofs.update({ originJti }, { enrolledAt: null }));
  }

  /** @param challenge sealed; replaces an earlier one */
  saveChallenge(caller: Caller, challenge: string): Promise<void> {
    return this.write(saveChallenge, caller, challenge);
  }

  async findChallenge({ originJti, sub }: Caller): Promise<string | undefined> {
    if (originJti === undefined) return undefined;
    const proof = await this.database.with(RecentProof, (proofs) => proofs.findOneBy({ originJti, sub }));
    return proof?.challenge ?? undefined;
  }

  private async write(statement: Statement, { originJti, sub }: Caller, ...values: string[]): Promise<void> {
    if (originJti !== undefined) await this.database.query(statement, [originJti, sub, ...values]);
  }
}

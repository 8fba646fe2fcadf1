import type { Installation } from '../drivers/doctor.js';

/** A mistake that `usher doctor` finds, by the id of the check. */
export interface DoctorFixture {
  /** Of the check; there may be several fixtures of one. */
  id: string;
  /** How the mistake comes about, for titles of tests. */
  mistake: string;
  installation: Installation;
  /** What the printed command of the AWS CLI changes. Absent where the remedy is no such command. */
  changes?: string[];
}

/** Settings of the pool and its app client. */
export const poolFixtures: DoctorFixture[] = [
  {
    id: 'pool.user_migration_trigger',
    mistake: 'a pool without LambdaConfig',
    installation: { pool: { LambdaConfig: undefined } },
    changes: ['LambdaConfig'],
  },
  {
    id: 'pool.email_verified_before_change',
    mistake: 'a pool without UserAttributeUpdateSettings',
    installation: { pool: { UserAttributeUpdateSettings: undefined } },
    changes: ['UserAttributeUpdateSettings'],
  },
  {
    id: 'client.password_flow',
    mistake: 'a client with SRP only',
    installation: { client: { ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'] } },
    changes: ['ExplicitAuthFlows'],
  },
  {
    id: 'client.write_attributes',
    mistake: 'a client without WriteAttributes',
    installation: { client: { WriteAttributes: undefined } },
    changes: ['WriteAttributes'],
  },
];

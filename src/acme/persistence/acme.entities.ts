import { Column, Entity, PrimaryColumn, PrimaryGeneratedColumn, Unique } from 'typeorm';

/** An http-01 challenge: the CA requests the token and expects the key authorization (RFC 8555 section 8.3). */
@Entity('acme_challenges', { schema: 'usher' })
export class AcmeChallenge {
  @PrimaryColumn('text')
  token!: string;

  @Column('text', { name: 'key_authorization' })
  keyAuthorization!: string;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}

/** The account at a CA. */
@Entity('acme_accounts', { schema: 'usher' })
export class AcmeAccount {
  @PrimaryColumn('text', { name: 'directory_url' })
  directoryUrl!: string;

  @Column('text', { name: 'sealed_key' })
  sealedKey!: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}

/** As TypeORM reads it from the schema, without casts. */
const epoch = () => 'to_timestamp((0))';

/** A configured certificate and its state. Private keys are read separately, because they are unsealed on demand. */
@Entity('certificates', { schema: 'usher' })
@Unique('certificates_names_key', ['names'])
export class Certificate {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  readonly id!: number;

  @Column('text', { array: true })
  names!: string[];

  @Column('text', { name: 'directory_url', nullable: true })
  directoryUrl!: string | null;

  @Column('text', { name: 'sealed_order_key', nullable: true, select: false })
  sealedOrderKey!: string | null;

  @Column('text', { name: 'order_url', nullable: true })
  orderUrl!: string | null;

  @Column('text', { name: 'sealed_key', nullable: true, select: false })
  sealedKey!: string | null;

  /** PEM, leaf first. */
  @Column('text', { nullable: true })
  chain!: string | null;

  /** Upper-case hexadecimal. */
  @Column('text', { nullable: true })
  serial!: string | null;

  @Column('timestamptz', { name: 'not_before', nullable: true })
  notBefore!: Date | null;

  @Column('timestamptz', { name: 'not_after', nullable: true })
  notAfter!: Date | null;

  /** Directory of the CA that issued the chain; `directoryUrl` is that of the last order. */
  @Column('text', { name: 'issued_by', nullable: true })
  issuedBy!: string | null;

  @Column('timestamptz', { name: 'issued_at', nullable: true })
  issuedAt!: Date | null;

  @Column('text', { name: 'deployed_serial', nullable: true })
  deployedSerial!: string | null;

  @Column('timestamptz', { name: 'deployed_at', nullable: true })
  deployedAt!: Date | null;

  /** Of the certificate that the host served at the last check. */
  @Column('text', { name: 'served_serial', nullable: true })
  servedSerial!: string | null;

  @Column('timestamptz', { name: 'served_checked_at', nullable: true })
  servedCheckedAt!: Date | null;

  /** When the host last served the certificate. */
  @Column('timestamptz', { name: 'served_at', nullable: true })
  servedAt!: Date | null;

  /** How often the host lost the certificate after a deployment. */
  @Column('int4', { name: 'times_lost', default: 0 })
  timesLost!: number;

  @Column('timestamptz', { name: 'renew_at', nullable: true })
  renewAt!: Date | null;

  /** When renewal information is fetched again. */
  @Column('timestamptz', { name: 'advice_due_at', nullable: true })
  adviceDueAt!: Date | null;

  /** The number of days of the last warning. */
  @Column('int4', { name: 'warned_days', nullable: true })
  warnedDays!: number | null;

  /** The current step and its start; a killed process leaves them behind. */
  @Column('text', { nullable: true })
  step!: string | null;

  @Column('timestamptz', { name: 'step_at', nullable: true })
  stepAt!: Date | null;

  @Column('timestamptz', { name: 'next_order_at', default: epoch })
  nextOrderAt!: Date;

  @Column('timestamptz', { name: 'next_deployment_at', default: epoch })
  nextDeploymentAt!: Date;

  @Column('int4', { default: 0 })
  failures!: number;

  @Column('text', { name: 'last_error', nullable: true })
  lastError!: string | null;

  /** When it was last in the configuration, to the hour. */
  @Column('timestamptz', { name: 'wanted_at', default: () => 'now()' })
  wantedAt!: Date;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()', select: false })
  createdAt!: Date;
}

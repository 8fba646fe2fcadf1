import { inspectHash, isBlankHash, verifyPassword, type VerifyOptions } from '#password-hashes';
import { readNamespaces } from '../../common/config/config-namespace.js';
import { legacySourceConfig } from '../../common/config/legacy-source.config.js';
import { legacyHashesConfig, legacyRowsConfig } from '../../common/config/migration.config.js';
import { databaseConfig } from '../../common/config/servers.config.js';
import type { LegacyUser } from '../../legacy/legacy-source.js';
import type { ReadOnlySource } from '../../legacy/mapping.js';
import { openSource } from '../../legacy/open-source.js';
import { draftSources, type SourceDraft } from '../../legacy/source-drafts.js';
import { CommandError, exitStatus, type Io } from '../command.js';
import { OperatorLog } from './operator-log.js';

/** Nothing of it identifies a person but the legacy id. */
export interface MaskedRow {
  id: string;
  /** Such as `a…@e…`. */
  email: string | null;
  firstName: string | null;
  lastName: string | null;
  /** `null`: no password; `unknown` */
  format: string | null;
  verified: boolean;
  blocked: boolean;
  lockedUntil: string | null;
  createdAt: string | null;
  lastSignInAt: string | null;
}

export interface FormatLine {
  format: string | null;
  rows: number;
  verifiable: boolean;
}

/** Why no password of the format is accepted. */
export type WhyNot = 'unknown' | 'impossible' | 'too_costly';

export type TryReason =
  | 'no_such_address'
  | 'several_rows'
  | 'blocked'
  | 'locked'
  | 'not_verified'
  | 'no_hash'
  | 'unknown_format'
  | 'wrong_password';

export interface SourceCheck {
  source: string;
  location: string;
  rows: MaskedRow[];
  formats: (FormatLine & { why?: WhyNot | undefined })[];
  /** Whether the source says who is verified. */
  verified: boolean;
  sample: { rows: number; blocked: number; locked: number };
  try?: { email: string; matches: boolean; reason: TryReason | null };
}

const sampleRows = 200;
const shownRows = 3;

/** @throws CommandError, ConfigurationError, AppError `legacy.unavailable` */
export async function checkSource(io: Io, email: string | undefined): Promise<SourceCheck> {
  const { source, hashes } = await openConfigured(io);
  try {
    const { columns } = await source.prepare();
    const { name, location } = source.describe();
    const { users } = await source.scan(undefined, sampleRows);
    const now = new Date();
    return {
      source: name,
      location,
      rows: users.slice(0, shownRows).map((user) => mask(user, hashes)),
      formats: formatsOf(users, hashes),
      verified: columns.verified !== undefined && columns.verified !== null,
      sample: {
        rows: users.length,
        blocked: users.filter(({ blocked }) => blocked).length,
        locked: users.filter((user) => isLocked(user, now)).length,
      },
      ...(email !== undefined && { try: { email, ...(await tryPassword(io, source, email, hashes)) } }),
    };
  } finally {
    await source.close();
  }
}

/**
 * Opens the read-only source of LEGACY_SOURCE, in DATABASE_URL unless LEGACY_DATABASE_URL says otherwise.
 * @throws CommandError, ConfigurationError
 */
export async function openConfigured(io: Io): Promise<{ source: ReadOnlySource; hashes: VerifyOptions }> {
  const variables = io.variables();
  const namespaces = { legacySource: legacySourceConfig, rows: legacyRowsConfig, hashes: legacyHashesConfig };
  const { legacySource, rows, hashes } = readNamespaces(namespaces, variables);
  requireSource(legacySource.source);
  const url = legacySource.databaseUrl === undefined ? databaseConfig.read(variables).url : undefined;
  const source = await openSource(legacySource, url, rows, new OperatorLog(io));
  const { scheme = hashes.unmarkedScheme, isPeppered = true } = source.describe().hash ?? {};
  return { source, hashes: { scheme, peppers: isPeppered ? hashes.peppers : [] } };
}

/** For `source init`. @throws ConfigurationError; AppError `legacy.unavailable` */
export function findDrafts(io: Io): Promise<SourceDraft[]> {
  const variables = io.variables();
  const { databaseUrl } = legacySourceConfig.read(variables);
  return draftSources(databaseUrl ?? databaseConfig.read(variables).url, new OperatorLog(io));
}

/** @throws CommandError */
export function requireSource(source: string | undefined): void {
  if (source === undefined || source === 'none')
    throw new CommandError(
      'LEGACY_SOURCE is not set to a preset or a source file. "usher source init" writes one.',
      exitStatus.usage,
    );
}

const isLocked = ({ lockedUntil }: LegacyUser, now: Date): boolean =>
  lockedUntil !== null && lockedUntil > now;

function mask(user: LegacyUser, hashes: VerifyOptions): MaskedRow {
  return {
    id: user.id,
    email: user.email === null ? null : user.email.split('@').map(firstOf).join('@'),
    firstName: user.firstName && firstOf(user.firstName),
    lastName: user.lastName && firstOf(user.lastName),
    format: formatOf(user, hashes).format,
    verified: user.verified,
    blocked: user.blocked,
    lockedUntil: user.lockedUntil?.toISOString() ?? null,
    createdAt: user.createdAt?.toISOString() ?? null,
    lastSignInAt: user.lastSignInAt?.toISOString() ?? null,
  };
}

/** Two characters or fewer would be the whole text. */
const firstOf = (text: string): string => `${[...text.trim()][0] ?? ''}…`;

function formatOf({ passwordHash }: LegacyUser, hashes: VerifyOptions) {
  if (passwordHash === null || isBlankHash(passwordHash)) return { format: null, verifiable: false };
  const inspection = inspectHash(passwordHash, hashes);
  const { verifiable } = inspection;
  return { format: inspection.format ?? 'unknown', verifiable, ...(!verifiable && { why: inspection.why }) };
}

function formatsOf(users: readonly LegacyUser[], hashes: VerifyOptions): SourceCheck['formats'] {
  const lines = new Map<string, SourceCheck['formats'][number]>();
  for (const user of users) {
    const format = formatOf(user, hashes);
    const key = JSON.stringify(format);
    const line = lines.get(key) ?? { ...format, rows: 0 };
    line.rows += 1;
    lines.set(key, line);
  }
  return [...lines.values()].sort((one, other) => other.rows - one.rows);
}

/** Asks for the password only if it decides. */
async function tryPassword(
  io: Io,
  source: ReadOnlySource,
  email: string,
  hashes: VerifyOptions,
): Promise<{ matches: boolean; reason: TryReason | null }> {
  const { user, rows } = await source.find(email, []);
  const reason = user ? reasonOf(user, hashes) : rows === 0 ? 'no_such_address' : 'several_rows';
  if (user === undefined || reason !== undefined)
    return { matches: false, reason: reason ?? 'no_such_address' };
  const password = await io.password?.(`Password of ${email}: `);
  if (password === undefined)
    throw new CommandError('There is no password on standard input.', exitStatus.usage);
  const outcome = await verifyPassword(password, user.passwordHash ?? '', hashes);
  const matches = outcome === 'match' || outcome === 'match-needs-rehash';
  return { matches, reason: matches ? null : 'wrong_password' };
}

/** In the order in which an operator has to correct them. */
function reasonOf(user: LegacyUser, hashes: VerifyOptions): TryReason | undefined {
  const { format, verifiable } = formatOf(user, hashes);
  if (user.blocked) return 'blocked';
  if (isLocked(user, new Date())) return 'locked';
  if (!user.verified) return 'not_verified';
  if (format === null) return 'no_hash';
  return verifiable ? undefined : 'unknown_format';
}

export type Dialect = 'postgres' | 'mariadb' | 'sqlite';

/** A user of a framework's table. */
export interface FrameworkUser {
  state: 'ok' | 'unverified' | 'blocked' | 'locked' | 'lock ended';
  email: string;
  /** `null`: the framework's mark of a user without a password. */
  hash: string | null;
}

type Cell = string | number | boolean | null;

export interface FrameworkRow {
  table: string;
  columns: Record<string, Cell>;
}

/** Tables as a framework makes them, and how it stores users. docs/legacy-sources.md names the sources. */
export interface FrameworkTable {
  preset: string;
  /** Formats of hashes in the fixtures that the framework writes. */
  formats: string[];
  /** By the databases that the framework uses and that are tested. */
  schemas: Partial<Record<Dialect, string>>;
  /** The states that the framework knows. */
  states: FrameworkUser['state'][];
  /** Addresses that the table's keys allow twice, in case-sensitive columns. */
  twins: 'exact' | 'by case' | 'none';
  /** What else the preset reads of the row of a user. */
  reads: ('firstName' | 'lastName' | 'createdAt' | 'lastSignInAt')[];
  rowsOf(user: FrameworkUser, n: number): FrameworkRow[];
}

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

export const createdAt = new Date('2024-01-01T00:00:00Z');
export const lastSignInAt = new Date('2024-02-01T00:00:00Z');
const created = '2024-01-01 00:00:00';
const signedIn = '2024-02-01 00:00:00';
const future = '2999-01-01 00:00:00';
const aMinuteAgo = (): string => new Date(Date.now() - 60_000).toISOString().slice(0, 19).replace('T', ' ');
const unixSeconds = (date: Date): number => date.getTime() / 1000;

/** In a state other than these two, the time of a lock is absent. */
const lockTime = (state: FrameworkUser['state'], locked: string): string | null =>
  state === 'locked' ? locked : state === 'lock ended' ? created : null;

/** @returns a statement of this database, with its values */
export function insertion({ table, columns }: FrameworkRow, dialect: Dialect) {
  const quote = (name: string) => (dialect === 'mariadb' ? `\`${name}\`` : `"${name}"`);
  const names = Object.keys(columns).map(quote);
  const places = names.map((_, index) => (dialect === 'postgres' ? `$${index + 1}` : '?'));
  const values = Object.values(columns).map((cell) =>
    dialect === 'sqlite' && typeof cell === 'boolean' ? Number(cell) : cell,
  );
  const name = table.split('.').map(quote).join('.');
  return { sql: `INSERT INTO ${name} (${names.join(', ')}) VALUES (${places.join(', ')})`, values };
}

/** Columns that Rails makes of `t.string` and `t.datetime`; `created_at` and `updated_at` come last. */
const railsTable = (key: string, more: string, time: string): string =>
  `CREATE TABLE users (id ${key}, ${more.replaceAll('TIME', time)}, created_at ${time} NOT NULL, updated_at ${time} NOT NULL)`;
const sqliteKey = 'integer PRIMARY KEY AUTOINCREMENT NOT NULL';
const mariadbKey = 'bigint NOT NULL AUTO_INCREMENT PRIMARY KEY';
const mariadbStrings = (columns: string): string => columns.replace(/\bvarchar\b/g, 'varchar(255)');
const authenticatable = `email varchar DEFAULT '' NOT NULL, encrypted_password varchar DEFAULT '' NOT NULL,
  reset_password_token varchar, reset_password_sent_at TIME, remember_created_at TIME`;
const everyModule = `${authenticatable}, sign_in_count integer DEFAULT 0 NOT NULL, current_sign_in_at TIME, last_sign_in_at TIME,
  current_sign_in_ip varchar, last_sign_in_ip varchar, confirmation_token varchar, confirmed_at TIME, confirmation_sent_at TIME,
  unconfirmed_email varchar, failed_attempts integer DEFAULT 0 NOT NULL, unlock_token varchar, locked_at TIME`;
const uniqueEmail = 'CREATE UNIQUE INDEX index_users_on_email ON users (email)';

const laravelColumns = `name varchar(255) NOT NULL, email varchar(255) NOT NULL, email_verified_at TIME NULL, password varchar(255) NOT NULL,
  remember_token varchar(100) NULL, created_at TIME NULL, updated_at TIME NULL`;

const djangoColumns = `password varchar(128) NOT NULL, last_login TIME NULL, is_superuser bool NOT NULL, username varchar(150) NOT NULL UNIQUE,
  last_name varchar(150) NOT NULL, email varchar(254) NOT NULL, is_staff bool NOT NULL, is_active bool NOT NULL, date_joined TIME NOT NULL,
  first_name varchar(150) NOT NULL`;

const wordpressColumns = (
  stamp: string,
) => `user_login varchar(60) NOT NULL DEFAULT '', user_pass varchar(255) NOT NULL DEFAULT '',
  user_nicename varchar(50) NOT NULL DEFAULT '', user_email varchar(100) NOT NULL DEFAULT '', user_url varchar(100) NOT NULL DEFAULT '',
  user_registered ${stamp}, user_activation_key varchar(255) NOT NULL DEFAULT '', user_status int NOT NULL DEFAULT 0,
  display_name varchar(250) NOT NULL DEFAULT ''`;

const drupal7Columns = `name varchar(60) NOT NULL DEFAULT '', pass varchar(128) NOT NULL DEFAULT '', mail varchar(254) DEFAULT '',
  theme varchar(255) NOT NULL DEFAULT '', signature varchar(255) NOT NULL DEFAULT '', signature_format varchar(255), created int NOT NULL DEFAULT 0,
  access int NOT NULL DEFAULT 0, login int NOT NULL DEFAULT 0, status TINY NOT NULL DEFAULT 0, timezone varchar(32),
  language varchar(12) NOT NULL DEFAULT '', picture int NOT NULL DEFAULT 0, init varchar(254) DEFAULT '', data BLOB`;

const drupalColumns = `langcode varchar(12) NOT NULL, preferred_langcode varchar(12), preferred_admin_langcode varchar(12), name varchar(60) NOT NULL,
  pass varchar(255), mail varchar(254), timezone varchar(32), status TINY, created int NOT NULL, changed int, access int NOT NULL, login int,
  init varchar(254), default_langcode TINY NOT NULL, PRIMARY KEY (uid, langcode)`;

const betterAuthUser = `id text NOT NULL PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE, "emailVerified" BOOL NOT NULL, image text,
  "createdAt" TIME NOT NULL, "updatedAt" TIME NOT NULL`;
const betterAuthAccount = `id text NOT NULL PRIMARY KEY, issuer text NOT NULL, "accountId" text NOT NULL, "providerId" text NOT NULL,
  "userId" text NOT NULL REFERENCES "user" (id), "accessToken" text, "refreshToken" text, "idToken" text, "accessTokenExpiresAt" TIME,
  "refreshTokenExpiresAt" TIME, scope text, password text, "createdAt" TIME NOT NULL, "updatedAt" TIME NOT NULL`;
const betterAuthTables = (time: string, flag: string): string =>
  `CREATE TABLE "user" (${betterAuthUser}); CREATE TABLE account (${betterAuthAccount}); CREATE INDEX "account_userId_idx" ON account ("userId")`
    .replace(/\bTIME\b/g, time)
    .replace(/\bBOOL\b/g, flag);

export const frameworkTables: FrameworkTable[] = [
  {
    preset: 'devise',
    formats: ['devise_bcrypt', 'devise_bcrypt_pepper'],
    states: ['ok', 'unverified', 'locked', 'lock ended'],
    twins: 'by case',
    reads: ['createdAt', 'lastSignInAt'],
    schemas: {
      postgres: `${railsTable('bigserial PRIMARY KEY', everyModule, 'timestamp(6)')}; ${uniqueEmail}`,
      sqlite: `${railsTable(sqliteKey, everyModule, 'datetime(6)')}; ${uniqueEmail}`,
      mariadb: `${railsTable(mariadbKey, mariadbStrings(everyModule), 'datetime(6)')}; ${uniqueEmail}`,
    },
    rowsOf: ({ email, hash, state }) => [
      {
        table: 'users',
        columns: {
          email,
          encrypted_password: hash ?? '',
          current_sign_in_at: signedIn,
          last_sign_in_at: created,
          confirmed_at: state === 'unverified' ? null : created,
          // The beginning of the lock, which lasts an hour.
          locked_at: lockTime(state, aMinuteAgo()),
          created_at: created,
          updated_at: created,
        },
      },
    ],
  },
  {
    preset: 'devise-minimal',
    formats: ['bcrypt_2a'],
    states: ['ok'],
    twins: 'by case',
    reads: ['createdAt'],
    schemas: {
      postgres: `${railsTable('uuid PRIMARY KEY DEFAULT gen_random_uuid()', authenticatable, 'timestamp(6)')}; ${uniqueEmail}`,
      sqlite: `${railsTable(sqliteKey, authenticatable, 'datetime(6)')}; ${uniqueEmail}`,
    },
    rowsOf: ({ email, hash }) => [
      {
        table: 'users',
        columns: { email, encrypted_password: hash ?? '', created_at: created, updated_at: created },
      },
    ],
  },
  {
    preset: 'rails-password',
    formats: ['bcrypt_2a'],
    states: ['ok'],
    twins: 'exact',
    reads: ['createdAt'],
    schemas: {
      postgres: railsTable('bigserial PRIMARY KEY', 'email varchar, password_digest varchar', 'timestamp(6)'),
      sqlite: railsTable(sqliteKey, 'email varchar, password_digest varchar', 'datetime(6)'),
      mariadb: railsTable(
        mariadbKey,
        mariadbStrings('email varchar, password_digest varchar'),
        'datetime(6)',
      ),
    },
    rowsOf: ({ email, hash }) => [
      {
        table: 'users',
        columns: { email, password_digest: hash, created_at: created, updated_at: created },
      },
    ],
  },
  {
    preset: 'django',
    formats: [
      'django_pbkdf2_sha256',
      'django_pbkdf2_sha1',
      'django_argon2',
      'django_bcrypt_sha256',
      'django_scrypt',
    ],
    states: ['ok', 'blocked'],
    twins: 'exact',
    reads: ['firstName', 'lastName', 'createdAt', 'lastSignInAt'],
    schemas: {
      postgres: `CREATE TABLE auth_user (id integer PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, ${djangoColumns.replaceAll('TIME', 'timestamptz')})`,
      sqlite: `CREATE TABLE auth_user (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, ${djangoColumns.replaceAll('TIME', 'datetime')})`,
      mariadb: `CREATE TABLE auth_user (id integer AUTO_INCREMENT NOT NULL PRIMARY KEY, ${djangoColumns.replaceAll('TIME', 'datetime(6)')})`,
    },
    rowsOf: ({ email, hash, state }, n) => [
      {
        table: 'auth_user',
        columns: {
          // An exclamation mark and random characters.
          password: hash ?? '!qC6vJRPRJ3hbmmVJqLRsqOYkXQfTWjmgTqDFFGg7',
          last_login: signedIn,
          is_superuser: false,
          username: `u${n}`,
          first_name: 'Ada',
          last_name: 'Lovelace',
          email,
          is_staff: false,
          is_active: state !== 'blocked',
          date_joined: created,
        },
      },
    ],
  },
  {
    preset: 'laravel',
    formats: ['bcrypt_2y', 'argon2id'],
    states: ['ok', 'unverified'],
    twins: 'by case',
    reads: ['firstName', 'createdAt'],
    schemas: {
      postgres: `CREATE TABLE users (id bigserial PRIMARY KEY, ${laravelColumns.replaceAll('TIME', 'timestamp(0) without time zone')});
        ALTER TABLE users ADD CONSTRAINT users_email_unique UNIQUE (email)`,
      sqlite: `CREATE TABLE users (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, ${laravelColumns.replace(/\(\d+\)/g, '').replaceAll('TIME', 'datetime')});
        CREATE UNIQUE INDEX users_email_unique ON users (email)`,
      mariadb: `CREATE TABLE users (id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, ${laravelColumns.replaceAll('TIME', 'timestamp')},
        UNIQUE users_email_unique (email)) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`,
    },
    rowsOf: ({ email, hash, state }) => [
      {
        table: 'users',
        columns: {
          name: 'Ada',
          email,
          email_verified_at: state === 'unverified' ? null : created,
          password: hash ?? '',
          created_at: created,
        },
      },
    ],
  },
  {
    preset: 'wordpress',
    formats: ['wordpress_68', 'phpass_P'],
    states: ['ok'],
    twins: 'exact',
    reads: ['firstName', 'lastName', 'createdAt'],
    schemas: {
      mariadb: `SET sql_mode = ''; CREATE TABLE wp_users (ID bigint(20) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
          ${wordpressColumns("datetime NOT NULL DEFAULT '0000-00-00 00:00:00'")},
          KEY user_login_key (user_login), KEY user_nicename (user_nicename), KEY user_email (user_email)) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;
        CREATE TABLE wp_usermeta (umeta_id bigint(20) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, user_id bigint(20) unsigned NOT NULL DEFAULT 0,
          meta_key varchar(255) DEFAULT NULL, meta_value longtext, KEY user_id (user_id), KEY meta_key (meta_key(191)))
          DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci`,
      // WordPress runs on MySQL and MariaDB only; these are its columns in PostgreSQL's types.
      postgres: `CREATE TABLE wp_users ("ID" bigserial PRIMARY KEY, ${wordpressColumns('timestamp NOT NULL')}); CREATE INDEX user_email ON wp_users (user_email);
        CREATE TABLE wp_usermeta (umeta_id bigserial PRIMARY KEY, user_id bigint NOT NULL DEFAULT 0, meta_key varchar(255), meta_value text);
        CREATE INDEX wp_usermeta_user ON wp_usermeta (user_id)`,
    },
    rowsOf: ({ email, hash }, n) => [
      {
        table: 'wp_users',
        columns: {
          ID: n,
          user_login: `u${n}`,
          user_pass: hash ?? '',
          user_email: email,
          user_registered: created,
        },
      },
      ...Object.entries({ nickname: `u${n}`, first_name: 'Ada', last_name: 'Lovelace' }).map(
        ([key, value]) => ({
          table: 'wp_usermeta',
          columns: { user_id: n, meta_key: key, meta_value: value },
        }),
      ),
    ],
  },
  {
    preset: 'drupal7',
    formats: ['drupal7', 'drupal7_upgraded'],
    states: ['ok', 'blocked'],
    twins: 'exact',
    reads: ['createdAt', 'lastSignInAt'],
    schemas: {
      postgres: `CREATE TABLE users (uid bigint NOT NULL DEFAULT 0 PRIMARY KEY CHECK (uid >= 0), ${drupal7Columns.replace('TINY', 'smallint').replace('BLOB', 'bytea')});
        CREATE INDEX users_mail_idx ON users (mail); INSERT INTO users (uid) VALUES (0)`,
      mariadb: `CREATE TABLE users (uid int unsigned NOT NULL DEFAULT 0 PRIMARY KEY, ${drupal7Columns.replace('TINY', 'tinyint').replace('BLOB', 'longblob')},
        UNIQUE KEY name (name), KEY mail (mail)) DEFAULT CHARACTER SET utf8; INSERT INTO users (uid) VALUES (0)`,
    },
    rowsOf: ({ email, hash, state }, n) => [
      {
        table: 'users',
        columns: {
          uid: n,
          name: `u${n}`,
          pass: hash ?? '',
          mail: email,
          created: unixSeconds(createdAt),
          login: unixSeconds(lastSignInAt),
          status: state === 'blocked' ? 0 : 1,
        },
      },
    ],
  },
  {
    preset: 'drupal',
    formats: ['bcrypt_2y', 'drupal7'],
    states: ['ok', 'blocked'],
    twins: 'exact',
    reads: ['createdAt', 'lastSignInAt'],
    schemas: {
      postgres: `CREATE TABLE users_field_data (uid bigint NOT NULL CHECK (uid >= 0), ${drupalColumns.replaceAll('TINY', 'smallint')});
        CREATE INDEX users_field_data__user_field__mail__idx ON users_field_data (mail);
        INSERT INTO users_field_data (uid, langcode, name, status, created, access, default_langcode) VALUES (0, 'en', '', 0, 0, 0, 1)`,
      mariadb: `CREATE TABLE users_field_data (uid int unsigned NOT NULL, ${drupalColumns.replaceAll('TINY', 'tinyint')}, UNIQUE KEY user__name (name, langcode),
          KEY user_field__mail (mail(191))) DEFAULT CHARACTER SET utf8mb4;
        INSERT INTO users_field_data (uid, langcode, name, status, created, access, default_langcode) VALUES (0, 'en', '', 0, 0, 0, 1)`,
    },
    // With a translation, which has no password.
    rowsOf: ({ email, hash, state }, n) =>
      ['en', 'fr'].map((langcode) => ({
        table: 'users_field_data',
        columns: {
          uid: n,
          langcode,
          name: `u${n}`,
          pass: langcode === 'en' ? hash : null,
          mail: email,
          status: state === 'blocked' ? 0 : 1,
          created: unixSeconds(createdAt),
          access: 0,
          login: unixSeconds(lastSignInAt),
          default_langcode: langcode === 'en' ? 1 : 0,
        },
      })),
  },
  {
    preset: 'aspnet-identity',
    formats: ['aspnet_identity_v3', 'aspnet_identity_v2'],
    states: ['ok', 'unverified', 'locked', 'lock ended'],
    twins: 'exact',
    reads: [],
    schemas: {
      postgres: `CREATE TABLE "AspNetUsers" ("Id" text NOT NULL PRIMARY KEY, "UserName" varchar(256), "NormalizedUserName" varchar(256), "Email" varchar(256),
        "NormalizedEmail" varchar(256), "EmailConfirmed" boolean NOT NULL, "PasswordHash" text, "SecurityStamp" text, "ConcurrencyStamp" text,
        "PhoneNumber" text, "PhoneNumberConfirmed" boolean NOT NULL, "TwoFactorEnabled" boolean NOT NULL, "LockoutEnd" timestamptz,
        "LockoutEnabled" boolean NOT NULL, "AccessFailedCount" integer NOT NULL);
        CREATE INDEX "EmailIndex" ON "AspNetUsers" ("NormalizedEmail"); CREATE UNIQUE INDEX "UserNameIndex" ON "AspNetUsers" ("NormalizedUserName")`,
      sqlite: `CREATE TABLE "AspNetUsers" ("Id" TEXT NOT NULL PRIMARY KEY, "UserName" TEXT, "NormalizedUserName" TEXT, "Email" TEXT,
        "NormalizedEmail" TEXT, "EmailConfirmed" INTEGER NOT NULL, "PasswordHash" TEXT, "SecurityStamp" TEXT, "ConcurrencyStamp" TEXT,
        "PhoneNumber" TEXT, "PhoneNumberConfirmed" INTEGER NOT NULL, "TwoFactorEnabled" INTEGER NOT NULL, "LockoutEnd" TEXT,
        "LockoutEnabled" INTEGER NOT NULL, "AccessFailedCount" INTEGER NOT NULL);
        CREATE INDEX "EmailIndex" ON "AspNetUsers" ("NormalizedEmail")`,
    },
    rowsOf: ({ email, hash, state }, n) => [
      {
        table: 'AspNetUsers',
        columns: {
          Id: uuid(n),
          UserName: `u${n}`,
          NormalizedUserName: `U${n}`,
          Email: email,
          NormalizedEmail: email.toUpperCase(),
          EmailConfirmed: state !== 'unverified',
          PasswordHash: hash,
          PhoneNumberConfirmed: false,
          TwoFactorEnabled: false,
          LockoutEnd: lockTime(state, '9999-12-31 23:59:59.9999999+00:00'),
          LockoutEnabled: true,
          AccessFailedCount: 0,
        },
      },
    ],
  },
  {
    preset: 'phoenix',
    formats: ['bcrypt_2b', 'argon2id'],
    states: ['ok', 'unverified'],
    twins: 'none',
    reads: ['createdAt'],
    schemas: {
      // The PostgreSQL of the tests does not have the extension citext.
      postgres: `CREATE TABLE users (id bigserial PRIMARY KEY, email text NOT NULL, hashed_password varchar(255), confirmed_at timestamp(0),
        inserted_at timestamp(0) NOT NULL, updated_at timestamp(0) NOT NULL);
        CREATE UNIQUE INDEX users_email_index ON users (email)`,
      sqlite: `CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL COLLATE NOCASE, hashed_password TEXT, confirmed_at TEXT,
        inserted_at TEXT NOT NULL, updated_at TEXT NOT NULL);
        CREATE UNIQUE INDEX users_email_index ON users (email)`,
    },
    rowsOf: ({ email, hash, state }) => [
      {
        table: 'users',
        columns: {
          email,
          hashed_password: hash,
          confirmed_at: state === 'unverified' ? null : created,
          inserted_at: created,
          updated_at: created,
        },
      },
    ],
  },
  {
    preset: 'spring',
    formats: ['bcrypt_2a'],
    states: ['ok', 'blocked'],
    twins: 'by case',
    reads: [],
    schemas: {
      postgres: `CREATE TABLE users (username varchar(50) NOT NULL PRIMARY KEY, password varchar(500) NOT NULL, enabled boolean NOT NULL);
        CREATE TABLE authorities (username varchar(50) NOT NULL REFERENCES users (username), authority varchar(50) NOT NULL);
        CREATE UNIQUE INDEX ix_auth_username ON authorities (username, authority)`,
    },
    rowsOf: ({ email, hash, state }) => [
      {
        table: 'users',
        columns: {
          username: email,
          password: hash === null ? '' : `{bcrypt}${hash}`,
          enabled: state !== 'blocked',
        },
      },
      ...['ROLE_ADMIN', 'ROLE_USER'].map((authority) => ({
        table: 'authorities',
        columns: { username: email, authority },
      })),
    ],
  },
  {
    preset: 'supabase',
    formats: ['bcrypt_2a', 'argon2id'],
    states: ['ok', 'unverified', 'blocked', 'locked', 'lock ended'],
    twins: 'by case',
    reads: ['createdAt', 'lastSignInAt'],
    schemas: {
      postgres: `CREATE SCHEMA auth; CREATE TABLE auth.users (instance_id uuid, id uuid NOT NULL PRIMARY KEY, aud varchar(255), role varchar(255),
        email varchar(255), encrypted_password varchar(255), email_confirmed_at timestamptz, invited_at timestamptz, confirmation_token varchar(255),
        confirmation_sent_at timestamptz, recovery_token varchar(255), recovery_sent_at timestamptz, last_sign_in_at timestamptz,
        raw_app_meta_data jsonb, raw_user_meta_data jsonb, is_super_admin bool, created_at timestamptz, updated_at timestamptz,
        phone text UNIQUE, phone_confirmed_at timestamptz, confirmed_at timestamptz GENERATED ALWAYS AS (LEAST(email_confirmed_at, phone_confirmed_at)) STORED,
        banned_until timestamptz, is_sso_user boolean NOT NULL DEFAULT false, deleted_at timestamptz, is_anonymous boolean NOT NULL DEFAULT false);
        CREATE INDEX users_instance_id_email_idx ON auth.users (instance_id, lower(email));
        CREATE UNIQUE INDEX users_email_partial_key ON auth.users (email) WHERE (is_sso_user = false)`,
    },
    rowsOf: ({ email, hash, state }, n) => [
      {
        table: 'auth.users',
        columns: {
          id: uuid(n),
          email,
          encrypted_password: hash,
          email_confirmed_at: state === 'unverified' ? null : created,
          banned_until: lockTime(state, future),
          deleted_at: state === 'blocked' ? created : null,
          created_at: created,
          last_sign_in_at: signedIn,
        },
      },
    ],
  },
  {
    preset: 'better-auth',
    formats: ['lucia_scrypt'],
    states: ['ok', 'unverified'],
    twins: 'by case',
    reads: ['firstName', 'createdAt'],
    schemas: {
      postgres: betterAuthTables('timestamptz', 'boolean'),
      sqlite: betterAuthTables('date', 'integer'),
    },
    rowsOf: ({ email, hash, state }, n) => [
      {
        table: 'user',
        columns: {
          id: `id${n}`,
          name: 'Ada',
          email,
          emailVerified: state !== 'unverified',
          createdAt: created,
          updatedAt: created,
        },
      },
      ...['google', ...(hash === null ? [] : ['credential'])].map((providerId) => ({
        table: 'account',
        columns: {
          id: `${providerId}${n}`,
          issuer: providerId,
          accountId: `id${n}`,
          providerId,
          userId: `id${n}`,
          password: providerId === 'credential' ? hash : null,
          createdAt: created,
          updatedAt: created,
        },
      })),
    ],
  },
];

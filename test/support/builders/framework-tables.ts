/** A user of a framework's table. */
export interface FrameworkUser {
  state: 'ok' | 'unverified' | 'blocked' | 'locked';
  email: string;
  hash: string;
}

/** A table as a framework makes it on PostgreSQL, and how it stores users. */
export interface FrameworkTable {
  preset: string;
  /** Formats of hashes in `password-hashes.json` that the framework writes. */
  formats: string[];
  schema: string;
  /** The states that the framework knows. */
  states: FrameworkUser['state'][];
  insert(user: FrameworkUser, n: number): { sql: string; values: unknown[] };
}

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const past = '2024-01-01 00:00:00';
const future = '2999-01-01 00:00:00';

const row = (table: string, columns: Record<string, unknown>) => ({
  sql: `INSERT INTO ${table} (${Object.keys(columns)
    .map((name) => `"${name}"`)
    .join(', ')}) VALUES (${Object.keys(columns)
    .map((_, index) => `$${index + 1}`)
    .join(', ')})`,
  values: Object.values(columns),
});

/** Written from the documentation and the migrations of the frameworks; docs/legacy-sources.md names the versions. */
export const frameworkTables: FrameworkTable[] = [
  {
    preset: 'devise',
    formats: ['devise_bcrypt', 'devise_bcrypt_pepper'],
    states: ['ok', 'unverified', 'locked'],
    schema: `CREATE TABLE users (id bigserial PRIMARY KEY, email varchar NOT NULL DEFAULT '', encrypted_password varchar NOT NULL DEFAULT '',
      reset_password_token varchar, reset_password_sent_at timestamp(6), remember_created_at timestamp(6), sign_in_count int NOT NULL DEFAULT 0,
      current_sign_in_at timestamp(6), last_sign_in_at timestamp(6), current_sign_in_ip varchar, last_sign_in_ip varchar,
      confirmation_token varchar, confirmed_at timestamp(6), confirmation_sent_at timestamp(6), unconfirmed_email varchar,
      failed_attempts int NOT NULL DEFAULT 0, unlock_token varchar, locked_at timestamp(6), created_at timestamp(6) NOT NULL, updated_at timestamp(6) NOT NULL);
      CREATE UNIQUE INDEX index_users_on_email ON users (email)`,
    insert: ({ email, hash, state }) =>
      row('users', {
        email,
        encrypted_password: hash,
        confirmed_at: state === 'unverified' ? null : past,
        locked_at: state === 'locked' ? future : null,
        created_at: past,
        updated_at: past,
      }),
  },
  {
    preset: 'devise-minimal',
    formats: ['bcrypt_2a'],
    states: ['ok'],
    schema: `CREATE TABLE users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), email varchar NOT NULL DEFAULT '', encrypted_password varchar NOT NULL DEFAULT '',
      reset_password_token varchar, reset_password_sent_at timestamp(6), remember_created_at timestamp(6), created_at timestamp(6) NOT NULL, updated_at timestamp(6) NOT NULL);
      CREATE UNIQUE INDEX index_users_on_email ON users (email)`,
    insert: ({ email, hash }) =>
      row('users', { email, encrypted_password: hash, created_at: past, updated_at: past }),
  },
  {
    preset: 'rails-password',
    formats: ['bcrypt_2a'],
    states: ['ok'],
    schema: `CREATE TABLE users (id bigserial PRIMARY KEY, email varchar, password_digest varchar, created_at timestamp(6) NOT NULL, updated_at timestamp(6) NOT NULL)`,
    insert: ({ email, hash }) =>
      row('users', { email, password_digest: hash, created_at: past, updated_at: past }),
  },
  {
    preset: 'django',
    formats: ['django_pbkdf2_sha256', 'django_argon2', 'django_bcrypt_sha256', 'django_scrypt'],
    states: ['ok', 'blocked'],
    schema: `CREATE TABLE auth_user (id serial PRIMARY KEY, password varchar(128) NOT NULL, last_login timestamptz, is_superuser boolean NOT NULL,
      username varchar(150) NOT NULL UNIQUE, first_name varchar(150) NOT NULL, last_name varchar(150) NOT NULL, email varchar(254) NOT NULL,
      is_staff boolean NOT NULL, is_active boolean NOT NULL, date_joined timestamptz NOT NULL)`,
    insert: ({ email, hash, state }, n) =>
      row('auth_user', {
        password: hash,
        is_superuser: false,
        username: `u${n}`,
        first_name: '',
        last_name: '',
        email,
        is_staff: false,
        is_active: state !== 'blocked',
        date_joined: past,
      }),
  },
  {
    preset: 'laravel',
    formats: ['bcrypt_2y'],
    states: ['ok', 'unverified'],
    schema: `CREATE TABLE users (id bigserial PRIMARY KEY, name varchar(255) NOT NULL, email varchar(255) NOT NULL UNIQUE, email_verified_at timestamp(0),
      password varchar(255) NOT NULL, remember_token varchar(100), created_at timestamp(0), updated_at timestamp(0))`,
    insert: ({ email, hash, state }, n) =>
      row('users', {
        name: `User ${n}`,
        email,
        email_verified_at: state === 'unverified' ? null : past,
        password: hash,
      }),
  },
  {
    preset: 'drupal7',
    formats: ['drupal7'],
    states: ['ok', 'blocked'],
    schema: `CREATE TABLE users (uid bigint PRIMARY KEY CHECK (uid >= 0), name varchar(60) NOT NULL DEFAULT '' UNIQUE, pass varchar(128) NOT NULL DEFAULT '',
      mail varchar(254) DEFAULT '', created int NOT NULL DEFAULT 0, access int NOT NULL DEFAULT 0, login int NOT NULL DEFAULT 0, status smallint NOT NULL DEFAULT 0);
      CREATE INDEX users_mail_idx ON users (mail); INSERT INTO users (uid) VALUES (0)`,
    insert: ({ email, hash, state }, n) =>
      row('users', {
        uid: n,
        name: `u${n}`,
        pass: hash,
        mail: email,
        created: 1700000000,
        status: state === 'blocked' ? 0 : 1,
      }),
  },
  {
    preset: 'drupal',
    formats: ['bcrypt_2y'],
    states: ['ok', 'blocked'],
    schema: `CREATE TABLE users_field_data (uid bigint NOT NULL, langcode varchar(12) NOT NULL, preferred_langcode varchar(12), name varchar(60) NOT NULL,
      pass varchar(255), mail varchar(254), timezone varchar(32), status smallint, created int NOT NULL, changed int, access int NOT NULL, login int,
      init varchar(254), default_langcode smallint NOT NULL, PRIMARY KEY (uid, langcode));
      INSERT INTO users_field_data (uid, langcode, name, status, created, access, default_langcode) VALUES (0, 'en', '', 0, 0, 0, 1)`,
    insert: ({ email, hash, state }, n) =>
      row('users_field_data', {
        uid: n,
        langcode: 'en',
        name: `u${n}`,
        pass: hash,
        mail: email,
        status: state === 'blocked' ? 0 : 1,
        created: 1700000000,
        access: 0,
        login: 0,
        default_langcode: 1,
      }),
  },
  {
    preset: 'aspnet-identity',
    formats: ['aspnet_identity_v3'],
    states: ['ok', 'unverified', 'locked'],
    schema: `CREATE TABLE "AspNetUsers" ("Id" text PRIMARY KEY, "UserName" varchar(256), "NormalizedUserName" varchar(256), "Email" varchar(256),
      "NormalizedEmail" varchar(256), "EmailConfirmed" boolean NOT NULL, "PasswordHash" text, "SecurityStamp" text, "ConcurrencyStamp" text, "PhoneNumber" text,
      "PhoneNumberConfirmed" boolean NOT NULL, "TwoFactorEnabled" boolean NOT NULL, "LockoutEnd" timestamptz, "LockoutEnabled" boolean NOT NULL,
      "AccessFailedCount" int NOT NULL);
      CREATE INDEX "EmailIndex" ON "AspNetUsers" ("NormalizedEmail")`,
    insert: ({ email, hash, state }, n) =>
      row('"AspNetUsers"', {
        Id: uuid(n),
        Email: email,
        NormalizedEmail: email.toUpperCase(),
        EmailConfirmed: state !== 'unverified',
        PasswordHash: hash,
        PhoneNumberConfirmed: false,
        TwoFactorEnabled: false,
        LockoutEnd: state === 'locked' ? '9999-12-31 23:59:59.999999+00' : null,
        LockoutEnabled: true,
        AccessFailedCount: 0,
      }),
  },
  {
    preset: 'phoenix',
    formats: ['bcrypt_2b'],
    states: ['ok', 'unverified'],
    // The extension citext is in every PostgreSQL of a distribution, but not in that of the tests.
    schema: `CREATE TABLE users (id bigserial PRIMARY KEY, email text NOT NULL UNIQUE, hashed_password varchar(255), confirmed_at timestamp(0),
      inserted_at timestamp(0) NOT NULL, updated_at timestamp(0) NOT NULL)`,
    insert: ({ email, hash, state }) =>
      row('users', {
        email,
        hashed_password: hash,
        confirmed_at: state === 'unverified' ? null : past,
        inserted_at: past,
        updated_at: past,
      }),
  },
  {
    preset: 'spring',
    formats: ['bcrypt_2a'],
    states: ['ok', 'blocked'],
    schema: `CREATE TABLE users (username varchar(50) NOT NULL PRIMARY KEY, password varchar(500) NOT NULL, enabled boolean NOT NULL);
      CREATE TABLE authorities (username varchar(50) NOT NULL REFERENCES users, authority varchar(50) NOT NULL)`,
    insert: ({ email, hash, state }) =>
      row('users', { username: email, password: `{bcrypt}${hash}`, enabled: state !== 'blocked' }),
  },
  {
    preset: 'supabase',
    formats: ['bcrypt_2a'],
    states: ['ok', 'unverified', 'blocked', 'locked'],
    schema: `CREATE SCHEMA auth; CREATE TABLE auth.users (instance_id uuid, id uuid NOT NULL PRIMARY KEY, aud varchar(255), role varchar(255), email varchar(255),
      encrypted_password varchar(255), email_confirmed_at timestamptz, last_sign_in_at timestamptz, raw_user_meta_data jsonb, created_at timestamptz,
      updated_at timestamptz, banned_until timestamptz, is_sso_user boolean NOT NULL DEFAULT false, deleted_at timestamptz, is_anonymous boolean NOT NULL DEFAULT false);
      CREATE UNIQUE INDEX users_email_partial_key ON auth.users (email) WHERE (is_sso_user = false)`,
    insert: ({ email, hash, state }, n) =>
      row('auth.users', {
        id: uuid(n),
        email,
        encrypted_password: hash,
        email_confirmed_at: state === 'unverified' ? null : past,
        banned_until: state === 'locked' ? future : null,
        deleted_at: state === 'blocked' ? past : null,
        created_at: past,
      }),
  },
  {
    preset: 'better-auth',
    formats: ['lucia_scrypt'],
    states: ['ok', 'unverified'],
    schema: `CREATE TABLE "user" (id text PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE, "emailVerified" boolean NOT NULL, image text,
      "createdAt" timestamptz NOT NULL DEFAULT now(), "updatedAt" timestamptz NOT NULL DEFAULT now());
      CREATE TABLE account (id text PRIMARY KEY, "accountId" text NOT NULL, "providerId" text NOT NULL, "userId" text NOT NULL REFERENCES "user",
      "accessToken" text, "refreshToken" text, password text, "createdAt" timestamptz NOT NULL DEFAULT now(), "updatedAt" timestamptz NOT NULL DEFAULT now());
      CREATE INDEX ON account ("userId")`,
    insert: ({ email, hash, state }, n) => ({
      sql: `WITH person AS (INSERT INTO "user" (id, name, email, "emailVerified") VALUES ($1, $2, $3, $4)),
          google AS (INSERT INTO account (id, "accountId", "providerId", "userId") VALUES ($1 || 'g', $1, 'google', $1))
        INSERT INTO account (id, "accountId", "providerId", "userId", password) VALUES ($1 || 'c', $1, 'credential', $1, $5)`,
      values: [`id${n}`, `User ${n}`, email, state !== 'unverified', hash],
    }),
  },
  {
    preset: 'wordpress',
    formats: ['wordpress_68', 'phpass_P'],
    states: ['ok'],
    // WordPress runs on MySQL only; these are the columns of its schema in PostgreSQL's types.
    schema: `CREATE TABLE wp_users ("ID" bigserial PRIMARY KEY, user_login varchar(60) NOT NULL DEFAULT '', user_pass varchar(255) NOT NULL DEFAULT '',
      user_nicename varchar(50) NOT NULL DEFAULT '', user_email varchar(100) NOT NULL DEFAULT '', user_url varchar(100) NOT NULL DEFAULT '',
      user_registered timestamp NOT NULL, user_activation_key varchar(255) NOT NULL DEFAULT '', user_status int NOT NULL DEFAULT 0, display_name varchar(250) NOT NULL DEFAULT '');
      CREATE INDEX user_email ON wp_users (user_email);
      CREATE TABLE wp_usermeta (umeta_id bigserial PRIMARY KEY, user_id bigint NOT NULL DEFAULT 0, meta_key varchar(255), meta_value text);
      CREATE INDEX wp_usermeta_user ON wp_usermeta (user_id)`,
    insert: ({ email, hash }, n) => ({
      sql: `WITH meta AS (INSERT INTO wp_usermeta (user_id, meta_key, meta_value) VALUES ($1, 'first_name', 'Ada'), ($1, 'nickname', 'x'))
        INSERT INTO wp_users ("ID", user_login, user_pass, user_email, user_registered) VALUES ($1::bigint, $2, $3, $4, '${past}')`,
      values: [n, `u${n}`, hash, email],
    }),
  },
];

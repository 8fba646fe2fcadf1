import type { Columns, SourceFile } from '../mapping.js';

/** What a source file may leave out. Optional columns and joins of a preset count only where the table has them. */
export type Preset = Pick<SourceFile, 'table' | 'join' | 'where'> & { columns: Columns };

const rails = { id: 'id', email: 'email', created_at: 'created_at' };

/** By name, in the order of documentation. docs/legacy-sources.md says where each schema comes from. */
export const presets: Record<string, Preset> = {
  devise: {
    table: 'users',
    columns: {
      ...rails,
      hash: 'encrypted_password',
      verified: { present: 'confirmed_at' },
      blocked: [{ present: 'deleted_at' }, { present: 'discarded_at' }],
      locked_until: { locked_at: 'locked_at' },
      first_name: 'first_name',
      last_name: 'last_name',
      last_sign_in_at: 'current_sign_in_at',
    },
  },
  'devise-minimal': { table: 'users', columns: { ...rails, hash: 'encrypted_password' } },
  'rails-password': {
    table: 'users',
    columns: { ...rails, hash: 'password_digest', first_name: 'first_name', last_name: 'last_name' },
  },
  django: {
    table: 'auth_user',
    join: [{ table: 'account_emailaddress', as: 'address', on: { user_id: 'id' }, where: { primary: true } }],
    columns: {
      id: 'id',
      email: 'email',
      hash: 'password',
      verified: 'address.verified',
      blocked: [{ not: 'is_active' }],
      first_name: 'first_name',
      last_name: 'last_name',
      created_at: 'date_joined',
      last_sign_in_at: 'last_login',
    },
  },
  laravel: {
    table: 'users',
    columns: {
      ...rails,
      hash: 'password',
      verified: { present: 'email_verified_at' },
      blocked: [{ present: 'deleted_at' }],
      first_name: 'name',
    },
  },
  wordpress: {
    table: 'wp_users',
    join: ['first_name', 'last_name'].map((key) => ({
      table: 'wp_usermeta',
      as: key,
      on: { user_id: 'ID' },
      where: { meta_key: key },
    })),
    columns: {
      id: 'ID',
      email: 'user_email',
      hash: 'user_pass',
      // Multisite installations have these two.
      blocked: ['spam', 'deleted'],
      first_name: 'first_name.meta_value',
      last_name: 'last_name.meta_value',
      created_at: 'user_registered',
    },
  },
  drupal7: {
    table: 'users',
    columns: {
      id: 'uid',
      email: 'mail',
      hash: 'pass',
      blocked: [{ not: 'status' }],
      created_at: 'created',
      last_sign_in_at: 'login',
    },
  },
  drupal: {
    table: 'users_field_data',
    // One row a translation; the account's own data is in this one.
    where: { default_langcode: 1 },
    columns: {
      id: 'uid',
      email: 'mail',
      hash: 'pass',
      blocked: [{ not: 'status' }],
      created_at: 'created',
      last_sign_in_at: 'login',
    },
  },
  'aspnet-identity': {
    table: 'AspNetUsers',
    columns: {
      id: 'Id',
      // The column with the index: the address in capitals. Pool users get lower case.
      email: 'NormalizedEmail',
      hash: 'PasswordHash',
      verified: 'EmailConfirmed',
      locked_until: 'LockoutEnd',
    },
  },
  phoenix: {
    table: 'users',
    columns: {
      id: 'id',
      email: 'email',
      hash: 'hashed_password',
      verified: { present: 'confirmed_at' },
      created_at: 'inserted_at',
    },
  },
  spring: {
    table: 'users',
    join: [{ table: 'authorities', as: 'granted', on: { username: 'username' } }],
    columns: {
      id: 'username',
      email: 'username',
      hash: 'password',
      // Spring Security does not find a user without an authority.
      blocked: [{ not: 'enabled' }, { equals: ['granted.authority', null] }],
    },
  },
  supabase: {
    table: 'auth.users',
    // Users of single sign-on may share an address, have no password, and are not in the unique index.
    where: { is_sso_user: false },
    columns: {
      id: 'id',
      email: 'email',
      hash: 'encrypted_password',
      verified: { present: 'email_confirmed_at' },
      blocked: [{ present: 'deleted_at' }, 'is_anonymous'],
      locked_until: 'banned_until',
      created_at: 'created_at',
      last_sign_in_at: 'last_sign_in_at',
    },
  },
  'better-auth': {
    table: 'user',
    join: [{ table: 'account', as: 'credential', on: { userId: 'id' }, where: { providerId: 'credential' } }],
    columns: {
      id: 'id',
      email: 'email',
      hash: 'credential.password',
      verified: 'emailVerified',
      // Of the plug-in "admin". A ban whose end has passed counts until the application lifts it.
      blocked: ['banned'],
      first_name: 'name',
      created_at: 'createdAt',
    },
  },
};

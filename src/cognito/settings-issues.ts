import type { AppClientSettings, PoolSettings } from './user-directory.js';

/** One setting of the user pool, or of one of its app clients, that lets the holder of an access token take an account over. */
export type SettingsIssue =
  | { kind: 'email_changes_unverified' }
  | {
      kind: 'attributes_writable';
      clientId: string;
      /** Those that the client must not write, out of `protectedAttributes`. */
      attributes: string[];
      /** A client that federates needs the attributes writable that it maps (docs/production.md). */
      identityProviders: string[];
    };

/**
 * What identifies a person, or says that it does. `UpdateUserAttributes` needs nothing but an access token.
 * @param legacyIdAttribute the Lambda's `LEGACY_ID_ATTRIBUTE`, where it is known
 */
export const protectedAttributes = (legacyIdAttribute?: string): string[] => [
  ...new Set([
    'email',
    'email_verified',
    'phone_number',
    'phone_number_verified',
    'custom:rails_app_id',
    ...(legacyIdAttribute === undefined ? [] : [legacyIdAttribute]),
  ]),
];

/** Of a client without a list of its own: "the Standard attributes of your user pool" (API reference, `WriteAttributes`). */
const writableByDefault = ['email', 'phone_number'];

export function findPoolIssues({ verifiedBeforeUpdate }: PoolSettings): SettingsIssue[] {
  return verifiedBeforeUpdate.includes('email') ? [] : [{ kind: 'email_changes_unverified' }];
}

export function findClientIssues(
  { clientId, writeAttributes = writableByDefault, identityProviders }: AppClientSettings,
  wanted: string[],
): SettingsIssue[] {
  const attributes = wanted.filter((name) => writeAttributes.includes(name));
  return attributes.length === 0
    ? []
    : [{ kind: 'attributes_writable', clientId, attributes, identityProviders }];
}

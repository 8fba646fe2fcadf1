import type { Check, Problem } from '../check.js';
import type { Facts } from '../facts.js';
import { updateAppClient } from '../remedies.js';

/** For a client without a list: "the Standard attributes of your user pool" (API reference, `WriteAttributes`). */
const writableByDefault = ['email', 'phone_number'];

/** What a client without a list keeps: the standard attributes that identify nobody. */
const harmless = ['name', 'given_name', 'family_name', 'locale'];

/** Attributes that identify a user must not be writable with an access token. */
export const writeAttributes: Check = {
  id: 'client.write_attributes',
  area: 'client',
  atStart: true,
  async find(facts) {
    const { acceptedClientIds } = facts.settings('cognito');
    const problems = await Promise.all([...new Set(acceptedClientIds)].map((id) => problemOf(facts, id)));
    return problems.flatMap((problem) => problem ?? []);
  },
};

async function problemOf(facts: Facts, clientId: string): Promise<Problem | undefined> {
  const { WriteAttributes = [], SupportedIdentityProviders = [] } = await facts.appClient(clientId);
  // Cognito returns no list for a client with the default; an empty list means the same.
  const writable = WriteAttributes.length > 0 ? WriteAttributes : writableByDefault;
  const identifying = identifyingAttributes(facts.settings('cognito').legacyIdAttribute);
  const found = identifying.filter((name) => writable.includes(name));
  if (found.length === 0) return undefined;
  const federates = SupportedIdentityProviders.some((name) => name !== 'COGNITO');
  const kept = WriteAttributes.filter((name) => !identifying.includes(name));
  return {
    severity: 'error',
    title: `App client ${clientId} lets users write ${found.join(', ')}.`,
    effect:
      'Anyone with an access token can set these attributes, and take over the account or become another legacy user.' +
      (federates
        ? ' The client federates: attributes that an identity provider maps must stay writable (docs/production.md#attributes-that-users-may-change).'
        : ''),
    remedy: await updateAppClient(facts, clientId, { WriteAttributes: kept.length > 0 ? kept : harmless }),
    changeable: true,
  };
}

const identifyingAttributes = (legacyIdAttribute: string | undefined): string[] => [
  ...new Set([
    ...['email', 'email_verified', 'phone_number', 'phone_number_verified', 'custom:rails_app_id'],
    ...(legacyIdAttribute === undefined ? [] : [legacyIdAttribute]),
  ]),
];

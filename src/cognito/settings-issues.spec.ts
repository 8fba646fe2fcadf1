import { describe, expect, it } from '@jest/globals';
import { findClientIssues, findPoolIssues, protectedAttributes } from './settings-issues.js';

const issuesOf = (writeAttributes: string[] | undefined, legacyIdAttribute?: string) =>
  findClientIssues(
    { clientId: 'web', writeAttributes, identityProviders: [] },
    protectedAttributes(legacyIdAttribute),
  ).flatMap((issue) => (issue.kind === 'attributes_writable' ? issue.attributes : []));

describe('the settings of an app client', () => {
  it('have no issue where users may write other attributes only', () => {
    expect(issuesOf(['name', 'locale', 'custom:theme'])).toEqual([]);
  });

  it('are an issue for each attribute that identifies a person', () => {
    const all = ['email', 'email_verified', 'phone_number', 'phone_number_verified', 'custom:rails_app_id'];
    for (const name of all) expect(issuesOf(['name', name])).toEqual([name]);
    expect(issuesOf(all)).toEqual(all);
  });

  it('are an issue where the client lists no attributes', () => {
    expect(issuesOf(undefined)).toEqual(['email', 'phone_number']);
  });

  it('are an issue for the attribute that LEGACY_ID_ATTRIBUTE names', () => {
    expect(issuesOf(['custom:old_id'])).toEqual([]);
    expect(issuesOf(['custom:old_id'], 'custom:old_id')).toEqual(['custom:old_id']);
    expect(protectedAttributes('custom:rails_app_id')).toEqual(protectedAttributes());
  });

  it('carry the identity providers, whose mapped attributes have to be writable', () => {
    const client = { clientId: 'web', writeAttributes: ['email'], identityProviders: ['Google'] };
    expect(findClientIssues(client, protectedAttributes())).toEqual([
      { kind: 'attributes_writable', clientId: 'web', attributes: ['email'], identityProviders: ['Google'] },
    ]);
  });
});

describe('the settings of a pool', () => {
  it.each([[['email']], [['phone_number', 'email']]])('have no issue with %j verified first', (names) => {
    expect(findPoolIssues({ verifiedBeforeUpdate: names })).toEqual([]);
  });

  it.each([[[]], [['phone_number']]])('are an issue with %j verified first', (names: string[]) => {
    expect(findPoolIssues({ verifiedBeforeUpdate: names })).toEqual([{ kind: 'email_changes_unverified' }]);
  });
});

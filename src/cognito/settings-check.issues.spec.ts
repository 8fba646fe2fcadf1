import { describe, expect, it } from '@jest/globals';
import { findClientIssues, findPoolIssues, protectedAttributes } from './settings-check.js';

const issuesOf = (writeAttributes: string[] | undefined, legacyIdAttribute?: string) =>
  findClientIssues(
    { clientId: 'web', writeAttributes, identityProviders: [] },
    protectedAttributes(legacyIdAttribute),
  ).flatMap((issue) => (issue.kind === 'attributes_writable' ? issue.attributes : []));

describe('findClientIssues', () => {
  it('finds none when users may write only other attributes', () => {
    expect(issuesOf(['name', 'locale', 'custom:theme'])).toEqual([]);
  });

  it('finds each writable attribute that identifies a user', () => {
    const all = ['email', 'email_verified', 'phone_number', 'phone_number_verified', 'custom:rails_app_id'];
    for (const name of all) expect(issuesOf(['name', name])).toEqual([name]);
    expect(issuesOf(all)).toEqual(all);
  });

  it('finds the default attributes when the client lists none', () => {
    expect(issuesOf(undefined)).toEqual(['email', 'phone_number']);
  });

  it('finds the attribute that LEGACY_ID_ATTRIBUTE names', () => {
    expect(issuesOf(['custom:old_id'])).toEqual([]);
    expect(issuesOf(['custom:old_id'], 'custom:old_id')).toEqual(['custom:old_id']);
    expect(protectedAttributes('custom:rails_app_id')).toEqual(protectedAttributes());
  });

  it('adds the identity providers, whose mapped attributes must be writable', () => {
    const client = { clientId: 'web', writeAttributes: ['email'], identityProviders: ['Google'] };
    expect(findClientIssues(client, protectedAttributes())).toEqual([
      { kind: 'attributes_writable', clientId: 'web', attributes: ['email'], identityProviders: ['Google'] },
    ]);
  });
});

describe('findPoolIssues', () => {
  it.each([[['email']], [['phone_number', 'email']]])(
    'finds none when %j is verified before an update',
    (names) => {
      expect(findPoolIssues({ verifiedBeforeUpdate: names })).toEqual([]);
    },
  );

  it.each([[[]], [['phone_number']]])(
    'finds one when only %j is verified before an update',
    (names: string[]) => {
      expect(findPoolIssues({ verifiedBeforeUpdate: names })).toEqual([{ kind: 'email_changes_unverified' }]);
    },
  );
});

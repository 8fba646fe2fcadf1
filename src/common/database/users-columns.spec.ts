import { describe, expect, it } from '@jest/globals';
import { parseUserId, resolveColumns, type UsersTable } from './users-columns.js';

const table = (changes: Partial<UsersTable>): UsersTable => ({
  ...{ idType: 'bigint', largestId: 2n ** 63n - 1n, columns: {}, newId: undefined, unknownRequired: [] },
  ...changes,
});

describe('parseUserId', () => {
  const bigint = table({});
  const smallint = table({ largestId: 32767n });
  const uuid = table({ idType: 'uuid', largestId: undefined });
  const text = table({ idType: 'text', largestId: undefined });

  it.each([
    ['a number', '7', bigint, 7],
    ['the largest number of JSON', '9007199254740991', bigint, 9007199254740991],
    ['a larger integer as a string', '9007199254740992', bigint, '9007199254740992'],
    ['the largest bigint', '9223372036854775807', bigint, '9223372036854775807'],
    ['zero', '0', bigint, 0],
    ['the largest smallint', '32767', smallint, 32767],
    [
      'a UUID in the spelling of PostgreSQL',
      '0B0E4BA0-5D0E-4D3A-9A53-3A7F4F6F0D11',
      uuid,
      '0b0e4ba0-5d0e-4d3a-9a53-3a7f4f6f0d11',
    ],
    ['any text', ' 007 ü/"', text, ' 007 ü/"'],
  ])('returns %s', (_what, given, of, id) => {
    expect(parseUserId(given, of)).toBe(id);
  });

  it.each([
    ['9223372036854775808', bigint],
    ['-7', bigint],
    ['1e3', bigint],
    ['07', bigint],
    ['7.0', bigint],
    ['', bigint],
    ['32768', smallint],
    ['7', uuid],
    ['0b0e4ba05d0e4d3a9a533a7f4f6f0d11', uuid],
    ['{0b0e4ba0-5d0e-4d3a-9a53-3a7f4f6f0d11}', uuid],
    ['x'.repeat(256), text],
    ['nul\u0000', text],
    ['\ud800', text],
  ])('refuses %j', (given, of) => {
    expect(parseUserId(given, of)).toBeUndefined();
  });
});

describe('resolveColumns', () => {
  const statement = `UPDATE users SET {updated_at: updated_at = now(),} {locked_at: locked_at = NULL,} {first_name} = CASE WHEN {confirmed_at} IS NULL THEN $1 ELSE {first_name} END
    WHERE usher_roles @> '{admin}' AND usher_roles <> '{}' AND {authentication_hash} IS NULL`;

  it('takes the names of a table with all columns by default', () => {
    expect(resolveColumns(statement)).toBe(
      `UPDATE users SET updated_at = now(), locked_at = NULL, first_name = CASE WHEN confirmed_at IS NULL THEN $1 ELSE first_name END
    WHERE usher_roles @> '{admin}' AND usher_roles <> '{}' AND authentication_hash IS NULL`,
    );
  });

  it('takes own columns, reads NULL and leaves out assignments where a column is absent', () => {
    const columns = {
      first_name: 'usher_first_name',
      confirmed_at: 'usher_confirmed_at',
      updated_at: 'updated_at',
    };
    expect(resolveColumns(statement, table({ columns }))).toBe(
      `UPDATE users SET updated_at = now(),  usher_first_name = CASE WHEN usher_confirmed_at IS NULL THEN $1 ELSE usher_first_name END
    WHERE usher_roles @> '{admin}' AND usher_roles <> '{}' AND NULL::text IS NULL`,
    );
  });

  it('sets an id only if the table has no default', () => {
    const insert = 'INSERT INTO users ({new_id: id,} email) SELECT {new_id: {new_id},} $1 WHERE {may_insert}';
    expect(resolveColumns(insert)).toBe('INSERT INTO users ( email) SELECT  $1 WHERE true');
    const closed = table({ newId: 'gen_random_uuid()', unknownRequired: ['tenant_id'] });
    expect(resolveColumns(insert, closed)).toBe(
      'INSERT INTO users (id, email) SELECT gen_random_uuid(), $1 WHERE false',
    );
  });
});

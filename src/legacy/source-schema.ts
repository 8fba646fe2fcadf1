import { unmarkedSchemes } from '#password-hashes';
import { presets } from './presets/presets.js';

/** Keys of the answer of `POST /aws/auth` (AwsAuthResponse), which attributes must not replace. */
const contractKeys = [
  'id',
  'first_name',
  'last_name',
  'email',
  'authentication_hash',
  'user_exists',
  'success',
  'email_verified',
  'password_reset_allowed',
  'sign_up_allowed',
];

/** Digests that a stored string does not tell apart, as in LEGACY_HASH_SCHEME. */
const schemes = unmarkedSchemes.filter((scheme) => scheme.startsWith('hex_'));

const name = { type: 'string', minLength: 1, maxLength: 128, pattern: '^[^\\u0000-\\u001f"`]+$' };
const column = { ...name, description: 'the name of a column, such as email or address.email' };
const optionalColumn = {
  anyOf: [{ type: 'null' }, column],
  description: 'the name of a column, or null',
};
const value = {
  type: ['string', 'number', 'boolean', 'null'],
  description: 'a text, a number, true, false or null',
};
const object = <Properties extends object>(
  properties: Properties,
  ...required: (keyof Properties & string)[]
) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

const condition = {
  anyOf: [
    { type: 'boolean' },
    column,
    object({ present: column }, 'present'),
    object({ not: column }, 'not'),
    object(
      {
        equals: {
          type: 'array',
          prefixItems: [column, value],
          minItems: 2,
          maxItems: 2,
        },
      },
      'equals',
    ),
  ],
  description:
    'true, false, the name of a boolean column, { present: column }, { not: column } or { equals: [column, value] }',
};

const conditions = {
  anyOf: [{ type: 'null' }, condition, { type: 'array', items: condition, maxItems: 32 }],
  description: `${condition.description}, or a list of these`,
};

const equalities = {
  type: 'object',
  propertyNames: name,
  additionalProperties: value,
  maxProperties: 32,
  description: 'columns with the values that rows must have',
};

/** JSON Schema of source files, published as `docs/usher.source.schema.json`. `description` is the text of errors. */
export const sourceSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Usher legacy source',
  description: 'keys and values',
  ...object({
    preset: { enum: Object.keys(presets), description: `one of ${Object.keys(presets).join(', ')}` },
    table: {
      type: 'string',
      minLength: 1,
      maxLength: 260,
      pattern:
        '^(?:[^".`\\u0000-\\u001f]+|"[^"\\u0000-\\u001f]+")(?:\\.(?:[^".`\\u0000-\\u001f]+|"[^"\\u0000-\\u001f]+"))?$',
      description: 'table or schema.table',
    },
    join: {
      type: 'array',
      maxItems: 8,
      description: 'a list of { table, as, on, where }',
      items: {
        description: 'an object with table, as, on and where',
        ...object(
          {
            table: { type: 'string', minLength: 1, maxLength: 260, description: 'table or schema.table' },
            as: {
              type: 'string',
              pattern: '^[A-Za-z_][A-Za-z0-9_]{0,62}$',
              description: 'a name of letters, digits and _',
            },
            on: {
              type: 'object',
              minProperties: 1,
              maxProperties: 4,
              propertyNames: name,
              additionalProperties: name,
              description: 'columns of the joined table with the columns of the main table that they equal',
            },
            where: equalities,
          },
          'table',
          'as',
          'on',
        ),
      },
    },
    where: equalities,
    columns: {
      description: 'an object of columns',
      ...object({
        id: column,
        email: column,
        hash: {
          anyOf: [
            column,
            object(
              {
                concat: {
                  type: 'array',
                  minItems: 1,
                  maxItems: 16,
                  items: { type: 'string', minLength: 1, maxLength: 128 },
                },
              },
              'concat',
            ),
            object(
              { column, strip_prefix: { type: 'string', minLength: 1, maxLength: 128 } },
              'column',
              'strip_prefix',
            ),
          ],
          description: 'the name of a column, { concat: [columns and texts] } or { column, strip_prefix }',
        },
        verified: conditions,
        blocked: conditions,
        locked_until: {
          anyOf: [{ type: 'null' }, column, object({ locked_at: column }, 'locked_at')],
          description: 'the name of a column, { locked_at: column } or null',
        },
        first_name: optionalColumn,
        last_name: optionalColumn,
        created_at: optionalColumn,
        last_sign_in_at: optionalColumn,
        attributes: {
          type: 'object',
          maxProperties: 32,
          description: 'names of attributes with their columns',
          propertyNames: {
            pattern: '^[A-Za-z][A-Za-z0-9_]{0,63}$',
            not: { enum: contractKeys },
            description: 'a name of letters, digits and _ that the answer of /aws/auth does not use already',
          },
          additionalProperties: column,
        },
      }),
    },
    hash: {
      description: 'an object with scheme and peppers',
      ...object({
        scheme: { enum: ['auto', ...schemes], description: `one of auto, ${schemes.join(', ')}` },
        peppers: { enum: ['env', 'none'], description: 'env or none' },
      }),
    },
    identifier: {
      description: 'an object with on_duplicate',
      ...object({
        on_duplicate: {
          enum: ['refuse', 'newest', 'last_signed_in'],
          description: 'one of refuse, newest, last_signed_in',
        },
      }),
    },
  }),
};

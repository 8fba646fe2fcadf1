import { createRequire } from 'node:module';
import type { OpenAPIObject } from '@nestjs/swagger';
import { ValidationTypes } from 'class-validator';
import { validationMetadatasToSchemas } from 'class-validator-jsonschema';
import * as contracts from '#contracts';

type Options = NonNullable<Parameters<typeof validationMetadatasToSchemas>[0]>;
type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;

// Knows what is in the lists of a class (`@Type`). Public only by this path, which has no types.
const { defaultMetadataStorage } = createRequire(import.meta.url)('class-transformer/cjs/storage') as {
  defaultMetadataStorage: Options['classTransformerMetadataStorage'];
};

const text = { type: 'string' } as const;

/** Our own rules, and `@IsOptional`, which also takes `null`. */
const additionalConverters: Options['additionalConverters'] = {
  isEmailAddress: text,
  isStorable: text,
  isProfile: { type: 'object' },
  isRoleList: { type: 'array', items: text, uniqueItems: true },
  isNumberFrom: text,
  isTextMap: { type: 'object', additionalProperties: text },
  [ValidationTypes.CONDITIONAL_VALIDATION]: { nullable: true },
};

/** OpenAPI schemas of the contract classes, made from their own validation rules. */
export function contractSchemas(): Schemas {
  const all = validationMetadatasToSchemas({
    refPointerPrefix: '#/components/schemas/',
    classTransformerMetadataStorage: defaultMetadataStorage,
    additionalConverters,
  });
  // The configuration is a class with rules as well, and nobody's business.
  const ours = Object.entries(all).filter(([name]) => name in contracts);
  for (const { properties } of ours.map(([, schema]) => schema)) {
    for (const property of Object.values(properties ?? {})) {
      // OpenAPI 3.0 knows the word beside a type only.
      const schema = property as { type?: unknown; nullable?: boolean; enum?: unknown[] };
      if (schema.type === undefined) delete schema.nullable;
      // A list of values holds for null, too.
      if (schema.nullable && schema.enum) schema.enum = [...schema.enum, null];
    }
  }
  return Object.fromEntries(ours) as Schemas;
}

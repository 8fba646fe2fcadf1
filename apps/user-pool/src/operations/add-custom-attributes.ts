import type {
  AddCustomAttributesRequest,
  AddCustomAttributesResponse,
} from '@aws-sdk/client-cognito-identity-provider';
import { refuseDuringImport } from '../imports/import-jobs.js';
import { schemaAttributes } from '../pools/pool-members.js';
import { checkPoolSettings } from '../pools/pool-settings.js';
import { requirePool } from '../sign-in/clients.js';
import { schemaOf } from '../users/schema.js';
import { invalidParameter } from '../wire/errors.js';
import { operation } from '../wire/operation.js';
import { required } from '../wire/rules.js';

export const addCustomAttributes = operation<AddCustomAttributesRequest, AddCustomAttributesResponse>(
  { UserPoolId: 'text!', CustomAttributes: required(schemaAttributes) },
  (context, { UserPoolId, CustomAttributes: added }) => {
    const pool = requirePool(context, UserPoolId);
    refuseDuringImport(context, pool);
    const schema = schemaOf(pool.settings);
    const known = added.find(({ Name = '' }) => schema.has(Name) || schema.has(`custom:${Name}`));
    if (known)
      throw invalidParameter(`custom:${known.Name}: Existing attribute already has name ${known.Name}.`);
    const settings = { ...pool.settings, Schema: [...(pool.settings.Schema ?? []), ...added] };
    checkPoolSettings(settings, pool.factors);
    context.database.savePool({ ...pool, settings, modifiedAt: context.clock.now() });
    return {};
  },
);

import type { Check } from '../check.js';
import type { Facts } from '../facts.js';
import { cognitoCommand } from '../remedies.js';

/** The Lambda's own default. */
const defaultAttribute = 'custom:rails_app_id';

/** Characters. The decimal digits of a 64-bit integer fit. */
const shortest = 20;

export const legacyIdAttribute: Check = {
  id: 'pool.legacy_id_attribute',
  area: 'pool',
  atStart: true,
  async find(facts) {
    const { SchemaAttributes = [] } = await facts.pool();
    const name = await attributeOfLambda(facts);
    if (name === 'none' || name === 'off') return undefined;
    const found = SchemaAttributes.find(({ Name }) => Name === name);
    const definition = `Name=${name.replace(/^custom:/, '')},AttributeDataType=String,Mutable=true,StringAttributeConstraints={MinLength=0,MaxLength=255}`;
    const remedy = cognitoCommand(facts, 'add-custom-attributes', [
      ...['--user-pool-id', facts.settings('userPool').userPoolId],
      ...['--custom-attributes', definition],
    ]);
    if (found === undefined)
      return {
        severity: 'error',
        title: `The pool has no attribute ${name}, to which the Lambda writes the legacy id.`,
        effect: 'Cognito refuses the attributes of every migrated user: nobody can migrate.',
        remedy,
        changeable: true,
      };
    const longest = Number(found.StringAttributeConstraints?.MaxLength ?? Infinity);
    if (found.AttributeDataType === 'String' && longest >= shortest) return undefined;
    return {
      severity: 'error',
      title: `The attribute ${name} cannot hold every legacy id.`,
      effect: 'Cognito refuses the attributes of legacy users whose id does not fit: they cannot migrate.',
      remedy: `LEGACY_ID_ATTRIBUTE=custom:legacy_id # here and in the Lambda, after: ${remedy.replace(`Name=${name.replace(/^custom:/, '')},`, 'Name=legacy_id,')}`,
      changeable: false,
    };
  },
};

/** The variable of the Lambda counts, if the credentials may read it. */
async function attributeOfLambda(facts: Facts): Promise<string> {
  const configured = facts.settings('cognito').legacyIdAttribute ?? defaultAttribute;
  const lambda = await facts.triggerFunction().catch(() => undefined);
  return lambda?.Environment?.Variables?.LEGACY_ID_ATTRIBUTE?.trim() || configured;
}

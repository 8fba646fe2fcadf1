import { getMetadataStorage } from 'class-validator';
import type { FieldFault } from '../errors/app-error.js';

type Rule = Omit<FieldFault, 'field' | 'code'>;

/** What the rules of the contract classes are called when they are broken, by class-validator's name of the rule. */
const rules: Record<string, (limits: unknown[]) => Rule> = {
  isString: () => ({ fault: 'field.not_text' }),
  isInt: () => ({ fault: 'field.not_a_whole_number' }),
  isEmailAddress: () => ({ fault: 'field.not_an_address' }),
  isStorable: () => ({ fault: 'field.not_storable' }),
  isTextMap: () => ({ fault: 'field.not_a_text_map' }),
  isProfile: ([max]) => ({ fault: 'field.not_a_profile', values: { max: Number(max) } }),
  isRoleList: ([max]) => ({ fault: 'field.not_roles', values: { max: Number(max) } }),
  isNumberFrom: ([min, max]) => ({
    fault: 'field.not_a_number_from',
    values: { min: Number(min), max: Number(max) },
  }),
  isIn: ([choices]) => ({ fault: 'field.not_one_of', values: { choices: (choices as string[]).join(', ') } }),
  maxLength: ([max]) => ({ fault: 'field.too_long', values: { max: Number(max) } }),
  isLength: ([min, max]) => ({ fault: 'field.wrong_length', values: { min: Number(min), max: Number(max) } }),
};

/** @param name of the rule, as class-validator reports it; what it demands is read from the class itself */
export function brokenRule(type: new () => object, property: string, name: string): Rule {
  const rule = rulesOf(type).find(
    (candidate) => candidate.propertyName === property && candidate.name === name,
  );
  return rules[name]?.(rule?.constraints ?? []) ?? { fault: 'field.invalid' };
}

/** The fields of a request that may hold any JSON. */
export const namesOfDocuments = (type: new () => object): Set<string> =>
  new Set(rulesOf(type).flatMap(({ name, propertyName }) => (name === 'isProfile' ? [propertyName] : [])));

const rulesOf = (type: new () => object) =>
  getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);

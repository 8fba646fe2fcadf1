import { ValidateBy } from 'class-validator';
import { isStorable } from './rules.js';

/** Bytes of UTF-8 that a profile may have as JSON. */
export const largestProfile = 16 * 1024;

/** Objects and lists inside one another. */
const deepest = 16;

/** True for what JSON calls an object, no larger than a profile may be, that PostgreSQL can store. */
export function isProfile(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return isStorableJson(value, deepest) && Buffer.byteLength(JSON.stringify(value)) <= largestProfile;
}

/** The depth is looked at first: nothing here calls itself more often than that. */
function isStorableJson(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return isStorable(value);
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0) return false;
  return Object.entries(value).every(([name, entry]) => isStorable(name) && isStorableJson(entry, depth - 1));
}

/** A JSON object that can be stored, with a limit to its size. */
export function IsProfile(): PropertyDecorator {
  return ValidateBy({
    name: 'isProfile',
    constraints: [largestProfile],
    validator: {
      validate: isProfile,
      defaultMessage: () => '$property must be a JSON object of limited size',
    },
  });
}

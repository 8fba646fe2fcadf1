import { ValidateBy } from 'class-validator';
import { isStorable } from './rules.js';

/** Maximum size of a profile as JSON, in bytes of UTF-8. */
export const largestProfile = 16 * 1024;

/** Maximum nesting of objects and arrays. */
const deepest = 16;

/** True for a JSON object within the size limit that PostgreSQL can store. */
export function isProfile(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return isStorableJson(value, deepest) && Buffer.byteLength(JSON.stringify(value)) <= largestProfile;
}

/** Checks the depth first, which bounds the recursion. */
function isStorableJson(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return isStorable(value);
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0) return false;
  return Object.entries(value).every(([name, entry]) => isStorable(name) && isStorableJson(entry, depth - 1));
}

/** Validates a JSON object that can be stored, with a size limit. */
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

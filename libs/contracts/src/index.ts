// The decorators of the contract classes need the metadata API.
import 'reflect-metadata';

export * from './admin.js';
export * from './auth.js';
export * from './aws-auth.js';
export * from './error-codes.js';
export * from './migration.js';
export * from './passwords.js';
export * from './problem.js';
export * from './users.js';
export { normaliseCode } from './one-time-code.js';
export { isProfile, largestProfile } from './json-object.js';
export {
  canonicalEmail,
  emailSpellings,
  isEmailAddress,
  normaliseEmail,
  toMailbox,
} from './email-address.js';
export { isRole } from './role-name.js';
export { toJsonId, type UserId } from './user-id.js';
export { isStorable, longestPassword } from './rules.js';

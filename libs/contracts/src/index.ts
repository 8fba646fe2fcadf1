export * from './auth.js';
export * from './aws-auth.js';
export * from './error-codes.js';
export * from './passwords.js';
export * from './problem.js';
export { isEmailAddress, longestPassword } from './rules.js';

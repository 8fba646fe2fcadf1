export { detectScheme, type SchemeName } from './detect-scheme.js';
export { bcryptDecoy, bcryptHash, longestBcryptInput } from './schemes/bcrypt.js';
export type { Outcome } from './scheme.js';
export { verifyPassword, type VerifyOptions } from './verify-password.js';

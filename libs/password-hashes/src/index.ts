export { isReadablePrefix } from './readable-prefix.js';
export {
  type CognitoAlgorithm,
  type CognitoHash,
  type NotConverted,
  type NotImportable,
  toCognitoHash,
} from './cognito-hash.js';
export { costOfCheck, decoyDigits, decoyLike } from './decoy.js';
export {
  detectScheme,
  longestStoredHash,
  unmarkedSchemes,
  type SchemeName,
  type UnmarkedSchemeName,
} from './detect-scheme.js';
export { type CognitoImport, type HashInspection, inspectHash } from './inspect-hash.js';
export { labels } from './labels.js';
export { isBlankHash } from './normalise.js';
export { bcryptHash, longestBcryptInput } from './schemes/bcrypt.js';
export type { FirebaseParameters, Outcome } from './scheme.js';
export { verifyPassword, type VerifyOptions } from './verify-password.js';

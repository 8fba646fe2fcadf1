export { createUsherClient, type UsherClient, type UsherClientOptions } from './client.js';
export {
  type ErrorCode,
  type FieldError,
  type Problem,
  UsherError,
  UsherUnreachableError,
} from './errors.js';
export { memoryStorage, type TokenStorage, type Tokens } from './token-session.js';
export type { CallOptions, Input, OperationId, Operations, Output, Schema } from './types.js';

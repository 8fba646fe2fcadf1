import { types } from 'node:util';
import { codeOf } from '../../platform/errors/code-of.js';

/** What Node calls a failure of the network, or the next best word for it. */
export const detailOf = (error: unknown): string =>
  codeOf(error) ?? (types.isNativeError(error) ? error.message : String(error));

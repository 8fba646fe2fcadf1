import { types } from 'node:util';
import type { LoggerService } from '@nestjs/common';
import { type Logger, pino } from 'pino';
import { requestContext } from '../http/request-context.js';

/** Scalars only: requests, responses and SDK objects hold secrets. */
export type Fields = Record<string, string | number | boolean | undefined> & { error?: never };
type FieldsWithError = Omit<Fields, 'error'> & { error?: unknown };

/** The lowest level that is written (docs/operations.md describes the levels). */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Writes one JSON line per event to standard output, with the request id. Also used by Nest. */
export class Log implements LoggerService {
  private readonly logger: Logger;

  constructor(level: LogLevel = 'info') {
    const options = {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label: string) => ({ level: label }) },
      mixin: () => ({ requestId: requestContext()?.id }),
    };
    this.logger = pino(options, process.stdout);
  }

  debug(message: unknown, fields: unknown = {}): void {
    this.logger.debug(plain(fields), String(message));
  }

  info(message: string, fields: Fields = {}): void {
    this.logger.info(fields, message);
  }

  warn(message: unknown, fields: unknown = {}): void {
    this.logger.warn(plain(fields), String(message));
  }

  error(message: unknown, fields: unknown = {}): void {
    this.logger.error(plain(fields), String(message));
  }

  /** Used by Nest at start. */
  log(message: unknown, context?: unknown): void {
    this.debug(message, context);
  }

  fatal(message: unknown, fields: unknown = {}): void {
    this.logger.fatal(plain(fields), String(message));
  }
}

/** Nest passes a context name or a stack instead of fields. */
function plain(fields: unknown): object {
  if (typeof fields !== 'object' || fields === null) return { context: fields };
  const { error, ...rest } = fields as FieldsWithError;
  return error === undefined ? rest : { ...rest, error: serializeError(error) };
}

/** The parts of an error that are safe to log. */
interface SerializedError {
  name: string;
  message?: string;
  code?: string;
  stack?: string[];
  cause?: SerializedError;
}

const maxCauses = 4;

/**
 * Leaves out SDK requests and responses, SQL parameters and PostgreSQL's `detail`, which hold values. Leaves out messages of AWS
 * exceptions as well, because "1 validation error detected" can echo the input.
 */
export function serializeError(error: unknown, depth = 0): SerializedError {
  if (!types.isNativeError(error)) return { name: typeof error };
  const fromAws = '$metadata' in error;
  return {
    name: error.name,
    ...(!fromAws && { message: error.message, stack: frames(error) }),
    ...('code' in error && typeof error.code === 'string' && { code: error.code }),
    ...(error.cause !== undefined && depth < maxCauses && { cause: serializeError(error.cause, depth + 1) }),
  };
}

/** Without the first lines of the stack, which repeat the message. */
const frames = ({ stack }: Error): string[] =>
  (stack ?? '')
    .split('\n')
    .filter((line) => line.startsWith('    at '))
    .map((line) => line.trim())
    .slice(0, 12);

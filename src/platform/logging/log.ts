import type { LoggerService } from '@nestjs/common';
import { pino, type Logger } from 'pino';
import { currentRequestId } from '../http/current-request.js';
import { describeError } from './describe-error.js';

/** What a log line may carry. Chosen fields only: whole requests, answers and SDK objects hold secrets. */
export type Fields = Record<string, string | number | boolean | undefined> & { error?: never };
type FieldsWithError = Omit<Fields, 'error'> & { error?: unknown };

/** The least that is written (docs/operations.md says what each level means). */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** One JSON line an event, on standard output, with the request it belongs to. Also takes Nest's own messages. */
export class Log implements LoggerService {
  private readonly logger: Logger;

  constructor(level: LogLevel = 'info') {
    const options = {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label: string) => ({ level: label }) },
      mixin: () => ({ requestId: currentRequestId() }),
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

  /** Nest's start-up chatter. */
  log(message: unknown, context?: unknown): void {
    this.debug(message, context);
  }

  fatal(message: unknown, fields: unknown = {}): void {
    this.logger.fatal(plain(fields), String(message));
  }
}

// Nest passes a context name or a stack where we pass fields.
function plain(fields: unknown): object {
  if (typeof fields !== 'object' || fields === null) return { context: fields };
  const { error, ...rest } = fields as FieldsWithError;
  return error === undefined ? rest : { ...rest, error: describeError(error) };
}

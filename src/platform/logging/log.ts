import { Injectable, type LoggerService } from '@nestjs/common';
import { pino, type Logger } from 'pino';
import { describeError } from './describe-error.js';

/** What a log line may carry. Chosen fields only: whole requests, answers and SDK objects hold secrets. */
export type Fields = Record<string, string | number | boolean | undefined> & { error?: never };
type FieldsWithError = Omit<Fields, 'error'> & { error?: unknown };

/** One JSON line an event, on standard output. Also takes Nest's own messages. */
@Injectable()
export class Log implements LoggerService {
  private readonly logger: Logger = pino(
    { base: undefined, timestamp: pino.stdTimeFunctions.isoTime },
    process.stdout,
  );

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
    this.logger.debug(plain(context), String(message));
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

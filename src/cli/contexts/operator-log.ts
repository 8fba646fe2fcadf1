import { serializeError, Log } from '../../common/logging/log.js';
import type { Io } from '../command.js';

/** Prints log entries as one line on standard error, so that standard output has results only. */
export class OperatorLog extends Log {
  constructor(private readonly io: Io) {
    super();
  }

  /** Commands print their own progress. */
  override info(): void {}

  override warn(message: unknown, fields: unknown = {}): void {
    this.print(message, fields);
  }

  override error(message: unknown, fields: unknown = {}): void {
    this.print(message, fields);
  }

  private print(message: unknown, fields: unknown): void {
    const error =
      typeof fields === 'object' && fields !== null && 'error' in fields ? fields.error : undefined;
    const { name, message: cause = name } = serializeError(error);
    this.io.err(`${String(message)}${error === undefined ? '' : `: ${cause}`}\n`);
  }
}

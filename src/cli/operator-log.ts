import { describeError } from '../platform/logging/describe-error.js';
import { Log } from '../platform/logging/log.js';
import type { Io } from './command.js';

/** What the service would log, for whoever sits before a command: one line on standard error, which never mixes with answers. */
export class OperatorLog extends Log {
  constructor(private readonly io: Io) {
    super();
  }

  /** Progress is told by the commands themselves. */
  override info(): void {}

  override warn(message: unknown, fields: unknown = {}): void {
    this.say(message, fields);
  }

  override error(message: unknown, fields: unknown = {}): void {
    this.say(message, fields);
  }

  private say(message: unknown, fields: unknown): void {
    const error =
      typeof fields === 'object' && fields !== null && 'error' in fields ? fields.error : undefined;
    const { name, message: cause = name } = describeError(error);
    this.io.err(`${String(message)}${error === undefined ? '' : `: ${cause}`}\n`);
  }
}

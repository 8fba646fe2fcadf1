import { Injectable } from '@nestjs/common';

/** The whole vocabulary of the log, so that no event, address, password or token can slip into a line. */
export interface LogEntry {
  level: 'info' | 'error';
  msg: string;
  requestId: string;
  triggerSource: string;
  outcome: string;
  ms: number;
  /** Attributes whose value Cognito would not have taken, by name. */
  leftOut?: string[];
  /** What went wrong: the name or code of an error, never its text, which may quote what was sent or received. */
  cause?: string;
}

@Injectable()
export class Log {
  write(entry: LogEntry): void {
    process.stdout.write(`${JSON.stringify(entry)}\n`);
  }
}

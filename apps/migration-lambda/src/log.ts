import { Injectable } from '@nestjs/common';

/** All fields of the log, so that no event, address, password or token gets into a line. */
export interface LogEntry {
  level: 'info' | 'error';
  msg: string;
  requestId: string;
  triggerSource: string;
  outcome: string;
  ms: number;
  /** Names of attributes that are omitted because Cognito would reject their value. */
  leftOut?: string[];
  /** The name or code of an error. Its message is not logged, because it may quote sent or received data. */
  cause?: string;
}

@Injectable()
export class Log {
  write(entry: LogEntry): void {
    process.stdout.write(`${JSON.stringify(entry)}\n`);
  }
}

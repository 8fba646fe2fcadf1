import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { failure, type Invocation, type InvocationResult, type LambdaCode } from './lambda-function.js';
import { workerSource } from './worker-source.js';

export interface WorkerOptions {
  functionName: string;
  timeoutMs: number;
  log: (line: string) => void;
}

/** A worker thread in the role of a Lambda execution environment, which handles one invocation at a time. */
export class LambdaWorker {
  private readonly worker: Worker;
  private ended = false;

  constructor(
    { file, handler, environment }: LambdaCode,
    private readonly options: WorkerOptions,
  ) {
    this.worker = new Worker(workerSource, {
      eval: true,
      env: environment,
      // Do not inherit the flags of this process.
      execArgv: [],
      stdout: true,
      stderr: true,
      workerData: { url: pathToFileURL(file).href, handler, functionName: options.functionName },
    });
    this.worker.on('exit', () => (this.ended = true));
    // An uncaught error ends the worker; the following `exit` event settles the invocation.
    this.worker.on('error', (error) => options.log(`${options.functionName} ended: ${error.message}`));
    forwardLines(this.worker.stdout, options.log);
    forwardLines(this.worker.stderr, options.log);
  }

  get alive(): boolean {
    return !this.ended;
  }

  /** Never rejects: every outcome in the worker is a response. */
  invoke({ requestId, event }: Invocation): Promise<InvocationResult> {
    const { timeoutMs } = this.options;
    return new Promise((resolve) => {
      const settle = (result: InvocationResult) => {
        clearTimeout(timer);
        this.worker.off('message', settle).off('exit', exited);
        resolve(result);
      };
      const exited = () =>
        settle(
          failure('Runtime.ExitError', `RequestId: ${requestId} Error: Runtime exited without a response`),
        );
      const timer = setTimeout(() => {
        void this.end();
        settle(timedOut(requestId, timeoutMs));
      }, timeoutMs);
      this.worker.on('message', settle).on('exit', exited);
      this.worker.postMessage({ requestId, event, endsAt: Date.now() + timeoutMs });
      // A worker that exited while idle emits no second `exit` event.
      if (this.ended) exited();
    });
  }

  async end(): Promise<void> {
    this.ended = true;
    await this.worker.terminate();
  }
}

/** The exact text of AWS. */
function timedOut(requestId: string, timeoutMs: number): InvocationResult {
  const seconds = (timeoutMs / 1000).toFixed(2);
  const errorMessage = `${new Date().toISOString()} ${requestId} Task timed out after ${seconds} seconds`;
  return { failed: true, payload: JSON.stringify({ errorMessage }) };
}

function forwardLines(stream: Readable, log: (line: string) => void): void {
  createInterface({ input: stream, crlfDelay: Infinity }).on('line', log);
}

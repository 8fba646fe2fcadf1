import { failure, type Invocation, type InvocationResult, type LambdaCode } from './lambda-function.js';
import { LambdaWorker, type WorkerOptions } from './lambda-worker.js';

/** Starts one worker per concurrent invocation, up to a limit; further invocations wait for a free worker. */
export class WorkerPool {
  private readonly workers = new Set<LambdaWorker>();
  /** Busy workers of an earlier configuration, which end after their invocation. */
  private readonly replaced = new Set<LambdaWorker>();
  private readonly idle: LambdaWorker[] = [];
  private readonly waiting: ((worker: LambdaWorker | undefined) => void)[] = [];
  private closed = false;

  constructor(
    private lambda: LambdaCode,
    private readonly maxConcurrency: number,
    private options: WorkerOptions,
  ) {}

  /** Runs further invocations, waiting ones too, in workers with this configuration. */
  replace(lambda: LambdaCode, options: WorkerOptions): void {
    this.lambda = lambda;
    this.options = options;
    for (const worker of this.idle.splice(0)) {
      this.workers.delete(worker);
      void worker.end();
    }
    for (const worker of this.workers) this.replaced.add(worker);
    this.workers.clear();
    while (this.waiting.length > 0 && this.workers.size < this.maxConcurrency)
      this.waiting.shift()?.(this.start());
  }

  async invoke(invocation: Invocation): Promise<InvocationResult> {
    const worker = await this.take();
    if (!worker) return failure('ServiceException', 'The host is closing');
    const result = await worker.invoke(invocation);
    this.giveBack(worker);
    return result;
  }

  async close(): Promise<void> {
    this.closed = true;
    this.waiting.splice(0).forEach((proceed) => proceed(undefined));
    await Promise.all([...this.workers, ...this.replaced].map((worker) => worker.end()));
  }

  private async take(): Promise<LambdaWorker | undefined> {
    if (this.closed) return undefined;
    for (let worker = this.idle.pop(); worker; worker = this.idle.pop()) {
      if (worker.alive) return worker;
      this.workers.delete(worker);
    }
    if (this.workers.size < this.maxConcurrency) return this.start();
    return new Promise((proceed) => this.waiting.push(proceed));
  }

  private giveBack(worker: LambdaWorker): void {
    if (this.replaced.delete(worker)) return void worker.end();
    if (!worker.alive) this.workers.delete(worker);
    const next = this.waiting.shift();
    if (next) next(worker.alive ? worker : this.start());
    else if (worker.alive) this.idle.push(worker);
  }

  private start(): LambdaWorker {
    const worker = new LambdaWorker(this.lambda, this.options);
    this.workers.add(worker);
    return worker;
  }
}

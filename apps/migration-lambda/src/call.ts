import { randomUUID } from 'node:crypto';
import type { LambdaContext } from './trigger-event.js';

/** Cognito hangs up after five seconds and tries again, three times in all; a late answer is a lost one. */
const ANSWER_WITHIN_MS = 4_500;

/** What it takes to hand the answer over. */
const MARGIN_MS = 250;

/** One invocation: its id and the time it has left. */
export class Call {
  readonly requestId: string;
  private readonly beganAt = performance.now();
  private readonly endsAt: number;

  /** @param startUpMs what a cold start used of Cognito's five seconds before this call could begin */
  constructor(context: LambdaContext, startUpMs = 0) {
    const remainingMs = context.getRemainingTimeInMillis?.() ?? Infinity;
    this.requestId = context.awsRequestId ?? randomUUID();
    this.endsAt = this.beganAt + Math.min(ANSWER_WITHIN_MS - startUpMs, remainingMs - MARGIN_MS);
  }

  get elapsedMs(): number {
    return Math.round(performance.now() - this.beganAt);
  }

  get remainingMs(): number {
    return this.endsAt - performance.now();
  }
}

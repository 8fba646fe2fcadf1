import { randomUUID } from 'node:crypto';
import type { LambdaContext, TriggerEvent } from './trigger-event.js';

/** Cognito hangs up after five seconds and tries again, three times in all; a late answer is a lost one. */
const ANSWER_WITHIN_MS = 4_500;

/** What it takes to hand the answer over. */
const MARGIN_MS = 250;

/** What the API takes for the id of a request; another would get a new one there, and the log lines would not meet. */
const REQUEST_ID = /^[\w.:/+=@-]{1,128}$/;

/** One invocation: what it is about, for logs and for the API, and the time it has left. */
export class Call {
  readonly requestId: string;
  readonly triggerSource: string;
  private readonly beganAt = performance.now();
  private readonly endsAt: number;

  /** @param startUpMs what a cold start used of Cognito's five seconds before this call could begin */
  constructor(event: TriggerEvent, context: LambdaContext, startUpMs = 0) {
    const remainingMs = context.getRemainingTimeInMillis?.() ?? Infinity;
    this.requestId = passedOnId(event) ?? context.awsRequestId ?? randomUUID();
    this.triggerSource = event.triggerSource;
    this.endsAt = this.beganAt + Math.min(ANSWER_WITHIN_MS - startUpMs, remainingMs - MARGIN_MS);
  }

  get elapsedMs(): number {
    return Math.round(performance.now() - this.beganAt);
  }

  get remainingMs(): number {
    return this.endsAt - performance.now();
  }
}

/**
 * Usher gives Cognito the id of its own request as ClientMetadata. Of a sign-in's, Cognito makes validationData (developer
 * guide, Migrate user Lambda trigger). Whoever asks the pool directly may have put anything there.
 */
function passedOnId({ request }: TriggerEvent): string | undefined {
  const given = [request?.validationData?.requestId, request?.clientMetadata?.requestId];
  return given.find((id) => typeof id === 'string' && REQUEST_ID.test(id));
}

import { randomUUID } from 'node:crypto';
import type { LambdaContext, TriggerEvent } from './trigger-event.js';

/** Cognito waits five seconds for a response and then retries, up to three calls in total. */
const RESPONSE_DEADLINE_MS = 4_500;

/** Time to return the response to Cognito. */
const MARGIN_MS = 250;

/** Request IDs that the API accepts. It replaces others, and its log lines would not match those of the Lambda. */
const REQUEST_ID = /^[\w.:/+=@-]{1,128}$/;

/** One invocation: its IDs for the log and the API, and its remaining time. */
export class Call {
  readonly requestId: string;
  readonly triggerSource: string;
  private readonly beganAt = performance.now();
  private readonly endsAt: number;

  /** @param startUpMs the part of Cognito's five seconds that a cold start used before this call began */
  constructor(event: TriggerEvent, context: LambdaContext, startUpMs = 0) {
    const remainingMs = context.getRemainingTimeInMillis?.() ?? Infinity;
    this.requestId = forwardedRequestId(event) ?? context.awsRequestId ?? randomUUID();
    this.triggerSource = event.triggerSource;
    this.endsAt = this.beganAt + Math.min(RESPONSE_DEADLINE_MS - startUpMs, remainingMs - MARGIN_MS);
  }

  get elapsedMs(): number {
    return Math.round(performance.now() - this.beganAt);
  }

  get remainingMs(): number {
    return this.endsAt - performance.now();
  }
}

/**
 * Usher sends the ID of its request as ClientMetadata; for a sign-in Cognito passes it as validationData (developer guide,
 * Migrate user Lambda trigger). Direct callers of the pool control the value.
 */
function forwardedRequestId({ request }: TriggerEvent): string | undefined {
  const given = [request?.validationData?.requestId, request?.clientMetadata?.requestId];
  return given.find((id) => typeof id === 'string' && REQUEST_ID.test(id));
}

import { hour, type Clock } from '../clock.js';
import { limitExceeded } from '../wire/errors.js';

/**
 * Calls per user and hour (developer guide, Quotas in Amazon Cognito). Recovery allows "5 to 20 by risk";
 * no risk is computed here, so the limit is 20.
 */
const perHour = {
  recovery: 20,
  resend: 5,
  confirmSignUp: 15,
  changePassword: 5,
  attributeCode: 5,
  verifyAttribute: 15,
};

export class HourlyLimits {
  private readonly calls = new Map<string, number[]>();

  constructor(private readonly clock: Clock) {}

  /** `name` may be unknown: a limit for existing users only would reveal who exists. */
  count(limit: keyof typeof perHour, poolId: string, name: string): void {
    const key = `${limit}/${poolId}/${name}`;
    const now = this.clock.now();
    const recent = (this.calls.get(key) ?? []).filter((at) => at > now - hour);
    if (recent.length >= perHour[limit]) throw limitExceeded();
    this.calls.delete(key);
    this.calls.set(key, [...recent, now]);
    this.forget(now);
  }

  /** Keys are ordered by their latest call, oldest first. */
  private forget(now: number): void {
    for (const [key, times] of this.calls) {
      if ((times.at(-1) ?? 0) > now - hour) return;
      this.calls.delete(key);
    }
  }
}

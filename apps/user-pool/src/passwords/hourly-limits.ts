import { hour, type Clock } from '../clock.js';
import { limitExceeded } from '../wire/errors.js';

/**
 * Calls allowed for one user in an hour. (Developer guide, Quotas in Amazon Cognito) Recovery is "5 to 20 by risk";
 * without a risk to judge it is the upper end here.
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

  /** `name` is whoever is asked for, known or not: a limit only known users reach would tell who is known. */
  count(limit: keyof typeof perHour, poolId: string, name: string): void {
    const key = `${limit}/${poolId}/${name}`;
    const now = this.clock.now();
    const recent = (this.calls.get(key) ?? []).filter((at) => at > now - hour);
    if (recent.length >= perHour[limit]) throw limitExceeded();
    this.calls.delete(key);
    this.calls.set(key, [...recent, now]);
    this.forget(now);
  }

  /** Keys are in the order of their latest call, so the old ones are at the front. */
  private forget(now: number): void {
    for (const [key, times] of this.calls) {
      if ((times.at(-1) ?? 0) > now - hour) return;
      this.calls.delete(key);
    }
  }
}

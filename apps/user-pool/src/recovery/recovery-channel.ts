import { factorAttribute } from '../second-factors/factors.js';
import type { Pool, User } from '../state/records.js';
import { noDeliveryChannel, notAuthorized } from '../wire/errors.js';

export const notResettable = () => notAuthorized('User password cannot be reset in the current state.');

/** Without AccountRecoverySetting the phone is preferred. */
const legacyOrder = ['verified_phone_number', 'verified_email'];

/** The attribute to which a reset code is sent. (Developer guide, Recovering user accounts) */
export function recoveryAttribute({ settings }: Pool, user: User): string {
  if (user.status === 'FORCE_CHANGE_PASSWORD') throw notResettable();
  if (user.status === 'UNCONFIRMED') throw noDeliveryChannel();
  const mechanisms = settings.AccountRecoverySetting?.RecoveryMechanisms;
  const byPriority = [...(mechanisms ?? [])].sort(
    (one, other) => (one.Priority ?? 0) - (other.Priority ?? 0),
  );
  const order = mechanisms ? byPriority.map((mechanism) => mechanism.Name) : legacyOrder;
  if (order[0] === 'admin_only') throw notAuthorized('Contact administrator to reset password.');
  // A channel of the second factor cannot be used for the reset.
  const isFactor = (name: string) => user.factors.some((factor) => factorAttribute[factor] === name);
  const attributes = order.map((name) => (name === 'verified_email' ? 'email' : 'phone_number'));
  const usable = attributes
    .filter((name) => !isFactor(name))
    .find((name) => user.attributes[name] && user.attributes[`${name}_verified`] === 'true');
  if (usable === undefined) throw noDeliveryChannel();
  return usable;
}

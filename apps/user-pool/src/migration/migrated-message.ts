import type { Context } from '../context.js';
import type { Pool, User } from '../state/records.js';

/** Sent to a migrated user unless the trigger returns `messageAction: SUPPRESS`. Contains no password. */
export async function sendMigratedMessage(
  context: Context,
  pool: Pool,
  user: User,
  mediums: string[],
): Promise<void> {
  const channels = [
    { medium: 'EMAIL', destination: user.attributes['email'] },
    { medium: 'SMS', destination: user.attributes['phone_number'] },
  ] as const;
  for (const { medium, destination } of channels) {
    if (destination === undefined || !mediums.includes(medium)) continue;
    await context.deliveries.send({
      poolId: pool.id,
      username: user.username,
      purpose: 'welcome',
      medium,
      destination,
      subject: 'Welcome',
      text: `Your account ${user.username} is ready.`,
    });
  }
}

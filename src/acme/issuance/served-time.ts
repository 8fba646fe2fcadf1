import type { Certificate } from '../persistence/certificates.repository.js';

/** Milliseconds between two looks. */
const shortest = 60_000;
const longest = 6 * 3600_000;

/** Milliseconds. Heroku says that a new certificate may take an hour or so until it is served everywhere. */
const hostTakes = 2 * 3600_000;
const patience = 24 * 3600_000;

const since = (time: Date | null, now: Date): number => now.getTime() - (time?.getTime() ?? 0);

/** Often at first, less often the longer it takes; once it was seen, to notice when somebody changed the host. */
export function isLookDue(
  { serial, servedSerial, servedCheckedAt, deployedAt }: Certificate,
  now: Date,
): boolean {
  const unseen = Math.min(longest, Math.max(shortest, since(deployedAt, now) / 4));
  return since(servedCheckedAt, now) >= (servedSerial === serial ? longest : unseen);
}

/** Whether a host that serves another one has had its time; twice as much each time it was given the certificate in vain. */
export function isLost({ deployedAt, servedAt, timesLost }: Certificate, now: Date): boolean {
  const unseenFor = Math.min(since(deployedAt, now), since(servedAt, now));
  return unseenFor > Math.min(patience, hostTakes * 2 ** timesLost);
}

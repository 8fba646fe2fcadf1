import { setTimeout as pause } from 'node:timers/promises';

const pollIntervalMs = 50;

/** Polls until `look` finds something. @throws Error after `timeoutMs` that names `what` */
export async function until<Found>(
  what: string,
  look: () => Found | undefined | Promise<Found | undefined>,
  timeoutMs = 60_000,
): Promise<Found> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`not true after ${timeoutMs / 1000} s: ${what}`);
    await pause(pollIntervalMs);
  }
}

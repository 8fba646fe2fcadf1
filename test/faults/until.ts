import { setTimeout as pause } from 'node:timers/promises';

const betweenLooksMs = 50;

/** Waits until there is something to be found. @throws Error after `patienceMs`, with what was waited for */
export async function until<Found>(
  what: string,
  look: () => Found | undefined | Promise<Found | undefined>,
  patienceMs = 60_000,
): Promise<Found> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`waited ${patienceMs / 1000} s in vain until ${what}`);
    await pause(betweenLooksMs);
  }
}

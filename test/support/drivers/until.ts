import { setTimeout as pause } from 'node:timers/promises';

const betweenLooksMs = 20;

/** Waits until a condition holds. @throws Error after `patienceMs` */
export async function until(holds: () => boolean | Promise<boolean>, patienceMs = 60_000): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`This did not come true: ${String(holds)}`);
    await pause(betweenLooksMs);
  }
}

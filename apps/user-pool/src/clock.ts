/** The time of the pool. Tests can advance it; no code of the pool reads the system time. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  advanceBy(milliseconds: number): void;
}

/** The system time plus an offset that can be advanced. */
export function createClock(): Clock {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    advanceBy: (milliseconds) => {
      ahead += milliseconds;
    },
  };
}

export const second = 1000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

export const toSeconds = (milliseconds: number): number => Math.floor(milliseconds / second);

/** Time as the pool sees it. Tests move it; nothing in the pool asks the system for the time. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  advanceBy(milliseconds: number): void;
}

/** Runs with the system's clock, ahead of it by as much as somebody moved it. */
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

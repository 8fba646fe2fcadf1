import type { TokensResponse } from '#contracts';

/** Somebody in the traffic, and what must be true of them. */
export interface Person {
  email: string;
  /** Where the requests seem to come from: everybody is at home. */
  address: string;
  /** The one that must let them in. */
  password: string;
  /** Those that no longer may. */
  former: string[];
  /** Of the session that must go on; none before the first sign-in. */
  tokens: TokensResponse | undefined;
  /** A reset whose answer was cut off, or during an outage of Cognito, which may end all sessions at any time after it. */
  mayBeSignedOut: boolean;
  /** Wrong passwords typed so far: more than a few, and limits would have their say. */
  mistyped: number;
  /** Subjects of the mails that an answer promised. */
  promised: string[];
  /** What happened, for whoever has to find out what went wrong. */
  history: string[];
}

const startedAt = performance.now();

export function newPerson(number: number, name: string): Person {
  return {
    email: `${name}-${number}@example.org`,
    // A subnet for each, or the limits would take them for one office.
    address: `10.${number & 255}.${name.length * 8 + (number >> 8)}.1`,
    password: `${name}-password-${number}`,
    former: [],
    tokens: undefined,
    mayBeSignedOut: false,
    mistyped: 0,
    promised: [],
    history: [],
  };
}

export function note({ history }: Person, what: string): void {
  history.push(`${((performance.now() - startedAt) / 1000).toFixed(3).padStart(8)} ${what}`);
}

/** Something happened to somebody that never may. */
export class Wronged extends Error {
  constructor(person: Person, what: string) {
    super(`${person.email}: ${what}\n${person.history.slice(-40).join('\n')}`);
    this.name = 'Wronged';
  }
}

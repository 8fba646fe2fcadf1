import type { TokensResponse } from '#contracts';

/** A simulated user with the expected state. */
export interface Person {
  email: string;
  /** X-Forwarded-For of the requests. */
  address: string;
  /** The current password. */
  password: string;
  /** Earlier passwords, which must be refused. */
  former: string[];
  /** Tokens of the live session; none before the first sign-in. */
  tokens: TokensResponse | undefined;
  /** Set by a reset without an answer or during a Cognito outage: its revocation may be carried out later. */
  mayBeSignedOut: boolean;
  /** Wrong passwords so far, kept below the rate limits. */
  wrongAttempts: number;
  /** Subjects of the mails that an answer promised. */
  promised: string[];
  /** Requests and answers, for the message of a violation. */
  history: string[];
}

const startedAt = performance.now();

export function newPerson(number: number, name: string): Person {
  return {
    email: `${name}-${number}@example.org`,
    // One subnet per person, because rate limits count by subnet.
    address: `10.${number & 255}.${name.length * 8 + (number >> 8)}.1`,
    password: `${name}-password-${number}`,
    former: [],
    tokens: undefined,
    mayBeSignedOut: false,
    wrongAttempts: 0,
    promised: [],
    history: [],
  };
}

export function note({ history }: Person, what: string): void {
  history.push(`${((performance.now() - startedAt) / 1000).toFixed(3).padStart(8)} ${what}`);
}

/** An invariant does not hold for a person. */
export class Violation extends Error {
  constructor(person: Person, what: string) {
    super(`${person.email}: ${what}\n${person.history.slice(-40).join('\n')}`);
    this.name = 'Violation';
  }
}

import { setTimeout as pause } from 'node:timers/promises';
import type { Problem, SignInResponse } from '#contracts';
import { catalogue } from '../../src/platform/errors/catalogue.js';
import { note, type Person, Wronged } from './person.js';
import type { Random } from './random.js';
import { Tally } from './tally.js';
import { until } from './until.js';

/** One of the API's processes. */
export interface Target {
  name: string;
  url: string;
}

/** What the traffic may take for granted at the moment. */
export interface Expectations {
  /** A process may die and take answers with it. */
  mayLoseAnswers: boolean;
  /** A process may take good tokens for expired ones. */
  mayMisjudgeTime: boolean;
  /** Cognito may have ended no sessions at a reset, and end them when it can again: also those that began since. */
  maySignOutLate: boolean;
  /** Tries may be counted in one place and given back in another; for a minute at most. */
  mayMiscount: boolean;
}

export type Body = Partial<Problem> & Partial<SignInResponse> & { email?: string };

export interface Answer {
  status: number;
  body: Body;
  /** When it was asked for, on the clock of `performance`. */
  askedAt: number;
}

/** `lost`: nobody knows whether it was done. */
export type Reply = Answer | 'lost';

export interface Asked {
  body?: unknown;
  accessToken?: string | undefined;
}

/** Milliseconds. The longest that Usher waits for Cognito, and some more. */
const patienceMs = 40_000;

/** Milliseconds. A mail that a killed process had taken is tried again after two minutes. */
const longestMailMs = 150_000;

/** Codes that say "not now". */
const passing = new Set<string | undefined>(['overloaded', 'cognito.unavailable']);

/** A front end with many users, behind a load balancer that knows which processes take connections. */
export class Caller {
  tally = new Tally();
  /** Nobody waits for anything any more. */
  isAbandoned = false;
  /** The last time each process gave an answer that was no error: when that was asked for. */
  readonly lastGood = new Map<string, number>();

  constructor(
    private readonly targets: () => Target[],
    private readonly random: Random,
    readonly expectations: Expectations,
  ) {}

  /** Asks once. @throws Wronged where the answer is none that the contract knows */
  async ask(person: Person, method: string, path: string, asked: Asked = {}): Promise<Reply> {
    const targets = this.targets();
    const first = Math.floor(this.random.next() * targets.length);
    for (const target of [...targets.slice(first), ...targets.slice(0, first)]) {
      const reply = await this.send(person, target, `${method} ${path}`, asked);
      if (reply !== 'refused') return reply;
    }
    return { status: 503, body: { code: 'overloaded' }, askedAt: performance.now() };
  }

  /**
   * Asks until there is an answer, as patient people do.
   * @param lost what to take a lost answer for; without it the question is put again
   */
  async insist(person: Person, method: string, path: string, asked: Asked = {}): Promise<Answer> {
    const deadline = performance.now() + 90_000;
    while (performance.now() < deadline && !this.isAbandoned) {
      const reply = await this.ask(person, method, path, asked);
      if (reply !== 'lost' && !this.isPassing(reply)) return reply;
      await this.wait();
    }
    throw new Wronged(person, `${method} ${path} was never answered`);
  }

  /** Is it the kind of error that goes away by itself? */
  isPassing({ body: { code } }: Answer): boolean {
    if (passing.has(code)) return true;
    if (code === 'too_many_requests') return this.expectations.mayMiscount;
    return this.expectations.mayMisjudgeTime && code === 'cognito.unexpected_answer';
  }

  /** Waits for something to reach somebody. @throws Wronged when it does not */
  async expect<Found>(person: Person, what: string, look: () => Found | undefined): Promise<Found> {
    const found = await until(
      `${what} came`,
      () => look() ?? (this.isAbandoned ? 'abandoned' : undefined),
      longestMailMs,
    ).catch((error: Error) => {
      throw new Wronged(person, error.message);
    });
    if (found === 'abandoned') throw new Error(`abandoned until ${what} came`);
    return found;
  }

  /** People try again at different times. */
  async wait(): Promise<void> {
    await pause(100 + this.random.next() * 300);
  }

  private async send(person: Person, target: Target, what: string, asked: Asked): Promise<Reply | 'refused'> {
    const askedAt = performance.now();
    this.tally.requests += 1;
    try {
      const response = await this.fetch(person, target, what, asked);
      const text = await response.text();
      const body = (text === '' ? {} : JSON.parse(text)) as Body;
      note(person, `${what} at ${target.name}: ${response.status} ${body.code ?? ''}`);
      if (response.ok) this.lastGood.set(target.name, askedAt);
      else this.checkProblem(person, response, body);
      return { status: response.status, body, askedAt };
    } catch (error) {
      if (error instanceof Wronged) throw error;
      return this.afterNoAnswer(person, `${what} at ${target.name}`, error);
    }
  }

  private fetch(person: Person, { url }: Target, what: string, { body, accessToken }: Asked) {
    const [method, path] = what.split(' ');
    return fetch(`${url}${path}`, {
      method,
      signal: AbortSignal.timeout(patienceMs),
      headers: {
        'x-forwarded-for': person.address,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  }

  private checkProblem(person: Person, { status, headers }: Response, body: Body): void {
    const { code = 'internal', requestId } = body;
    this.tally.problem(body.code ?? 'none');
    const isProblem =
      headers.get('content-type')?.startsWith('application/problem+json') &&
      code in catalogue &&
      (catalogue[code].status === status || code === 'request.invalid') &&
      requestId === headers.get('x-request-id');
    if (!isProblem) throw new Wronged(person, `an answer that is no problem of the catalogue: ${status}`);
    // In the catalogue, but for our own mistakes.
    if (code === 'internal') throw new Wronged(person, `internal, request ${requestId}`);
  }

  private afterNoAnswer(person: Person, what: string, error: unknown): 'lost' | 'refused' {
    const { name, cause } = error as Error & { cause?: { code?: string } };
    const reason = cause?.code ?? name;
    note(person, `${what}: ${reason}`);
    if (reason === 'ECONNREFUSED') {
      this.tally.refused += 1;
      return 'refused';
    }
    this.tally.lost += 1;
    if (name === 'TimeoutError') throw new Wronged(person, 'no answer at all');
    if (!this.expectations.mayLoseAnswers) throw new Wronged(person, `an answer was lost: ${reason}`);
    return 'lost';
  }
}

import { setTimeout as pause } from 'node:timers/promises';
import type { Problem, SignInResponse } from '#contracts';
import { errorStatus } from '../../src/common/errors/app-error.js';
import { note, type Person, Violation } from './person.js';
import type { Random } from './random.js';
import { Counters } from './counters.js';
import { until } from './until.js';

/** One of the API's processes. */
export interface Target {
  name: string;
  url: string;
}

/** Deviations that are accepted at the moment. */
export interface Expectations {
  /** Answers may be lost because a process was killed. */
  mayLoseAnswers: boolean;
  /** A process may treat valid tokens as expired. */
  mayMisjudgeTime: boolean;
  /** The revocation of a reset may be carried out late and then also revoke newer sessions. */
  maySignOutLate: boolean;
  /** Rate limits may be miscounted for up to a minute. */
  mayMiscount: boolean;
}

export type Body = Partial<Problem> & Partial<SignInResponse> & { email?: string };

export interface Answer {
  status: number;
  body: Body;
  /** Time of the request by `performance.now()`. */
  askedAt: number;
}

/** `lost`: it is unknown whether the request was carried out. */
export type Reply = Answer | 'lost';

export interface CallOptions {
  body?: unknown;
  accessToken?: string | undefined;
}

/** Longer than Usher's longest wait for Cognito. */
const timeoutMs = 40_000;

/** Longer than the two-minute lease of a mail whose process was killed. */
const mailTimeoutMs = 150_000;

/** Error codes that a caller retries. */
const transient = new Set<string | undefined>(['overloaded', 'cognito.unavailable']);

/** A front end with many users behind a load balancer that skips processes which refuse connections. */
export class Caller {
  counters = new Counters();
  /** True once no call waits any longer. */
  isAbandoned = false;
  /** Request time of the last successful answer of each process. */
  readonly lastGood = new Map<string, number>();

  constructor(
    private readonly targets: () => Target[],
    private readonly random: Random,
    readonly expectations: Expectations,
  ) {}

  /** Sends one request. @throws Violation if the answer is not part of the contract */
  async call(person: Person, method: string, path: string, options: CallOptions = {}): Promise<Reply> {
    const targets = this.targets();
    const first = Math.floor(this.random.next() * targets.length);
    for (const target of [...targets.slice(first), ...targets.slice(0, first)]) {
      const reply = await this.send(person, target, `${method} ${path}`, options);
      if (reply !== 'refused') return reply;
    }
    return { status: 503, body: { code: 'overloaded' }, askedAt: performance.now() };
  }

  /**
   * Repeats the request until it has a final answer.
   * @throws Violation after 90 seconds
   */
  async callUntilAnswered(
    person: Person,
    method: string,
    path: string,
    options: CallOptions = {},
  ): Promise<Answer> {
    const deadline = performance.now() + 90_000;
    while (performance.now() < deadline && !this.isAbandoned) {
      const reply = await this.call(person, method, path, options);
      if (reply !== 'lost' && !this.isTransient(reply)) return reply;
      await this.wait();
    }
    throw new Violation(person, `${method} ${path} was not answered within 90 s`);
  }

  isTransient({ body: { code } }: Answer): boolean {
    if (transient.has(code)) return true;
    if (code === 'too_many_requests') return this.expectations.mayMiscount;
    return this.expectations.mayMisjudgeTime && code === 'cognito.unexpected_answer';
  }

  /** Waits for a mail. @throws Violation if it does not arrive in time */
  async expect<Found>(person: Person, what: string, look: () => Found | undefined): Promise<Found> {
    const found = await until(
      `${what} came`,
      () => look() ?? (this.isAbandoned ? 'abandoned' : undefined),
      mailTimeoutMs,
    ).catch((error: Error) => {
      throw new Violation(person, error.message);
    });
    if (found === 'abandoned') throw new Error(`abandoned until ${what} came`);
    return found;
  }

  /** Waits for a random time between retries. */
  async wait(): Promise<void> {
    await pause(100 + this.random.next() * 300);
  }

  private async send(
    person: Person,
    target: Target,
    what: string,
    options: CallOptions,
  ): Promise<Reply | 'refused'> {
    const askedAt = performance.now();
    this.counters.requests += 1;
    try {
      const response = await this.fetch(person, target, what, options);
      const text = await response.text();
      const body = (text === '' ? {} : JSON.parse(text)) as Body;
      note(person, `${what} at ${target.name}: ${response.status} ${body.code ?? ''}`);
      if (response.ok) this.lastGood.set(target.name, askedAt);
      else this.checkProblem(person, response, body);
      return { status: response.status, body, askedAt };
    } catch (error) {
      if (error instanceof Violation) throw error;
      return this.afterNoAnswer(person, `${what} at ${target.name}`, error);
    }
  }

  private fetch(person: Person, { url }: Target, what: string, { body, accessToken }: CallOptions) {
    const [method, path] = what.split(' ');
    return fetch(`${url}${path}`, {
      method,
      signal: AbortSignal.timeout(timeoutMs),
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
    this.counters.problem(body.code ?? 'none');
    const isProblem =
      headers.get('content-type')?.startsWith('application/problem+json') &&
      code in errorStatus &&
      (errorStatus[code].status === status || code === 'request.invalid') &&
      requestId === headers.get('x-request-id');
    if (!isProblem) throw new Violation(person, `the answer is not a documented problem: ${status}`);
    // Documented, but always a defect.
    if (code === 'internal') throw new Violation(person, `internal, request ${requestId}`);
  }

  private afterNoAnswer(person: Person, what: string, error: unknown): 'lost' | 'refused' {
    const { name, cause } = error as Error & { cause?: { code?: string } };
    const reason = cause?.code ?? name;
    note(person, `${what}: ${reason}`);
    if (reason === 'ECONNREFUSED') {
      this.counters.refused += 1;
      return 'refused';
    }
    this.counters.lost += 1;
    if (name === 'TimeoutError') throw new Violation(person, `no answer within ${timeoutMs / 1000} s`);
    if (!this.expectations.mayLoseAnswers) throw new Violation(person, `an answer was lost: ${reason}`);
    return 'lost';
  }
}

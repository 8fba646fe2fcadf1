import { emailSpellings, toMailbox, type UserId } from '#contracts';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { Clock } from '../common/clock/clock.js';
import { Database, type Statement } from '../common/database/database.js';
import { format, hasSignInColumns, isBlank, reason, state } from '../common/database/migration-counts.sql.js';
import type { Language } from '../i18n/languages.js';
import { Outbox } from '../mail/outbox.js';
import { rowByEmail } from '../users/user-lookup.sql.js';
import { type InviteSelection, invitableStates } from './invite-selection.js';

/** Rows that one statement reads. */
const pageSize = 1000;

/** Must be the same in all versions ("invite" on a phone keypad). */
const lockKey = 468_483;

/** Milliseconds between looks at an outbox that does not send. */
const outboxPollMs = 2000;

interface Person {
  [column: string]: unknown;
  id: UserId;
  email: string | null;
  state: string;
  reason: string | null;
  /** `null` without a password. */
  format: string | null;
  confirmed: boolean;
  /** `2026-08-31` (UTC); `null` if it is not known. */
  lastSignIn: string | null;
  invited: boolean;
}

const dayOf = (time: string) =>
  `CASE WHEN ${time}::text ~ '^[1-9]\\d{3}-\\d\\d-\\d\\d' THEN left(${time}::text, 10) END COLLATE "C"`;

/** Columns of the last sign-in that the table lacks resolve to the NULLs outside. @param rows condition, order and limit */
const peopleOf = (rows: string) => `
  SELECT id, email, ${state} AS state, ${reason} AS reason, CASE WHEN NOT ${isBlank} THEN ${format} END AS format,
    confirmed IS NOT NULL AS confirmed, "lastSignIn",
    EXISTS (SELECT 1 FROM usher.invitations WHERE user_id = person.id) AS invited
  FROM (SELECT NULL::text AS current_sign_in_at, NULL::text AS last_sign_in_at) AS absent,
  LATERAL (
    SELECT id, email, cognito_sub, encrypted_password::text AS encrypted_password, {confirmed_at} AS confirmed, usher_legacy_format,
      usher_legacy_skipped, usher_disabled_at, usher_erased_at, usher_migration_state, usher_migration_reason,
      usher.is_blocked(users.*) AS usher_blocked,
      greatest(${dayOf('current_sign_in_at')}, ${dayOf('last_sign_in_at')}) AS "lastSignIn"
    FROM users WHERE ${rows}) AS person
  ORDER BY id`;

/** Not prepared: the plan depends on whether $1 is NULL. */
const page: Statement = {
  name: '',
  patienceMs: 60_000,
  text: peopleOf(`($1::{id_type} IS NULL OR id > $1::{id_type}) ORDER BY id LIMIT ${pageSize}`),
};

const findPerson: Statement = { name: 'invitations-find-person', text: peopleOf('id = $1') };

/** People whom a reset finds by their address. $1: `{ id, spellings }` of each. */
const findReachable: Statement = {
  name: 'invitations-find-reachable',
  patienceMs: 60_000,
  text: `
    SELECT given.id FROM jsonb_to_recordset($1::jsonb) AS given (id {id_type}, spellings text[]),
      LATERAL ${rowByEmail('given.spellings')} AS found
    WHERE found.id = given.id`,
};

const recordInvitation: Statement = {
  name: 'invitations-record',
  text: 'INSERT INTO usher.invitations (user_id) VALUES ($1) ON CONFLICT DO NOTHING RETURNING user_id',
};

const countUnsent: Statement = {
  name: 'invitations-count-unsent',
  text: `SELECT count(*)::int AS count FROM usher.outbox WHERE mail = 'reset_invitation' AND given_up_at IS NULL`,
};

const findSignInColumns: Statement = { name: 'invitations-sign-in-columns', text: hasSignInColumns };

export interface InviteOptions {
  /** Opened by the mail's button: where people ask for a reset. */
  link: string;
  language: Language;
  /** Mails per minute. */
  rate: number;
  /** Most mails of this run. */
  limit: number;
  /** Posts and records nothing. */
  dryRun: boolean;
  onProgress: (text: string) => void;
}

export interface InviteResult {
  /** Posted mails, or those that would be posted. */
  mails: number;
  people: { state: string; format: string | null; people: number }[];
  /**
   * People of the selection who got no mail: `already_invited`; `address_blank`, `address_invalid`, `address_duplicate` (a reset finds
   * no row by it); `last_sign_in_unknown`; `unconfirmed`, `blocked` and the other reasons of the state `skipped`.
   */
  leftOut: { reason: string; people: number }[];
  /** A signal has ended the run. */
  stopped: boolean;
}

/**
 * Mails legacy users a link to the page where they ask for a reset. Creates no pool user: a user who exists there can no longer
 * migrate with the legacy password. An interrupted run is continued by the next one: the record and the mail are one transaction.
 */
@Injectable()
export class Invitations implements BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  /** Whether the table has the columns of the last sign-in, which `inactiveSince` needs. */
  async knowsSignIns(): Promise<boolean> {
    return (await this.database.queryOne<{ found: boolean }>(findSignInColumns))?.found ?? false;
  }

  /** @returns `undefined` while another process invites */
  async invite(selection: InviteSelection, options: InviteOptions): Promise<InviteResult | undefined> {
    const run = new Run(selection, options);
    if (options.dryRun) await this.visitAll(run, this.stopping.signal);
    else {
      const inviting = this.database.exclusively(lockKey, (lost) =>
        this.visitAll(run, AbortSignal.any([lost, this.stopping.signal])),
      );
      this.running = inviting.catch(() => undefined);
      if (!(await inviting)) return undefined;
    }
    return run.result(this.stopping.signal.aborted);
  }

  /** Waits for the mail that is being posted. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async visitAll(run: Run, stop: AbortSignal): Promise<void> {
    let after: UserId | null = null;
    for (;;) {
      const rows: Person[] = await this.database.query<Person>(page, [after]);
      const people = rows.filter((person) => run.isChosen(person));
      const reachable = await this.findReachable(people);
      for (const person of people) {
        if (stop.aborted || run.isComplete) return;
        const reason = run.reasonAgainst(person, reachable);
        if (reason !== undefined) run.leaveOut(reason);
        else if (run.options.dryRun) run.count(person);
        else await this.mailWhenDue(person, run, stop);
      }
      after = rows.at(-1)?.id ?? null;
      if (rows.length < pageSize || after === null) return;
    }
  }

  private async mailWhenDue(person: Person, run: Run, stop: AbortSignal): Promise<void> {
    await this.waitForTurn(run, stop);
    if (stop.aborted) return;
    const reason = await this.database.transaction(() => this.mail(person.id, run));
    if (reason !== undefined) run.leaveOut(reason);
    else run.count(person);
  }

  /** The person may have signed in since the page was read. @returns why no mail was posted */
  private async mail(id: UserId, run: Run): Promise<string | undefined> {
    const person = await this.database.queryOne<Person>(findPerson, [id]);
    if (person === undefined || !run.isChosen(person)) return 'changed_meanwhile';
    const reason = run.reasonAgainst(person, await this.findReachable([person]));
    if (reason !== undefined) return reason;
    const recorded = await this.database.query(recordInvitation, [id]);
    if (recorded.length === 0) return 'already_invited';
    const { link, language } = run.options;
    await this.outbox.post({ to: person.email ?? '', mail: 'reset_invitation', language, values: { link } });
    return undefined;
  }

  /** Also waits for the outbox: mails that wait there would reach people who have signed in meanwhile. */
  private async waitForTurn(run: Run, stop: AbortSignal): Promise<void> {
    await this.sleep(run.takeTurn(this.clock.elapsed()), stop);
    for (;;) {
      const unsent = (await this.database.queryOne<{ count: number }>(countUnsent))?.count ?? 0;
      if (unsent < run.options.rate || stop.aborted) return;
      run.options.onProgress(`waiting: the outbox holds ${unsent} invitations that are not sent`);
      await this.sleep(outboxPollMs, stop);
    }
  }

  private async sleep(milliseconds: number, stop: AbortSignal): Promise<void> {
    if (stop.aborted) return;
    let wake = () => undefined as void;
    const stopped = new Promise<void>((resolve) => (wake = resolve));
    stop.addEventListener('abort', wake);
    await Promise.race([this.clock.sleep(milliseconds), stopped]);
    stop.removeEventListener('abort', wake);
  }

  private async findReachable(people: readonly Person[]): Promise<ReadonlySet<string>> {
    const given = people.map(({ id, email }) => ({ id, spellings: emailSpellings(email ?? '') }));
    if (given.length === 0) return new Set();
    const found = await this.database.query<{ id: UserId }>(findReachable, [JSON.stringify(given)]);
    return new Set(found.map(({ id }) => String(id)));
  }
}

/** Selection, pace and counts of one run. */
class Run {
  private readonly people = new Map<string, InviteResult['people'][number]>();
  private readonly leftOut = new Map<string, number>();
  private mails = 0;
  private dueAt = 0;

  constructor(
    private readonly selection: InviteSelection,
    readonly options: InviteOptions,
  ) {}

  get isComplete(): boolean {
    return this.mails >= this.options.limit;
  }

  /** @returns milliseconds until the next mail is due */
  takeTurn(now: number): number {
    const wait = Math.max(0, this.dueAt - now);
    this.dueAt = now + wait + 60_000 / this.options.rate;
    return wait;
  }

  isChosen({ state, format, lastSignIn }: Person): boolean {
    const { states, formats, inactiveSince } = this.selection;
    if (!invitableStates.some((name) => name === state && states.includes(name))) return false;
    if (formats.length > 0 && !formats.some((beginning) => format?.startsWith(beginning))) return false;
    return inactiveSince === undefined || lastSignIn === null || lastSignIn < inactiveSince;
  }

  /** @param reachable ids of the people whom a reset finds by their address */
  reasonAgainst(person: Person, reachable: ReadonlySet<string>): string | undefined {
    const { id, email, state, reason, confirmed, lastSignIn, invited } = person;
    if (state === 'skipped' && reason !== 'no_password') return reason ?? 'skipped';
    if (!confirmed) return 'unconfirmed';
    if (invited) return 'already_invited';
    if (email === null || email.trim() === '') return 'address_blank';
    if (toMailbox(email) === undefined) return 'address_invalid';
    if (!reachable.has(String(id))) return 'address_duplicate';
    return this.selection.inactiveSince !== undefined && lastSignIn === null
      ? 'last_sign_in_unknown'
      : undefined;
  }

  count({ state, format }: Person): void {
    const key = JSON.stringify([state, format]);
    const line = this.people.get(key) ?? { state, format, people: 0 };
    line.people += 1;
    this.people.set(key, line);
    this.mails += 1;
    this.options.onProgress(`${this.options.dryRun ? 'counted' : 'invited'} ${this.mails}`);
  }

  leaveOut(reason: string): void {
    this.leftOut.set(reason, (this.leftOut.get(reason) ?? 0) + 1);
  }

  result(stopped: boolean): InviteResult {
    const mostFirst = (one: { people: number }, other: { people: number }) => other.people - one.people;
    return {
      mails: this.mails,
      people: [...this.people.values()].sort(mostFirst),
      leftOut: [...this.leftOut].map(([reason, people]) => ({ reason, people })).sort(mostFirst),
      stopped,
    };
  }
}

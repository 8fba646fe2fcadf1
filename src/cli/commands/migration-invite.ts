import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Language } from '../../i18n/languages.js';
import type { InviteResult } from '../../migration/invitations.js';
import { type InvitableState, invitableStates, inviteRate } from '../../migration/invite-selection.js';
import { CommandError, counted, exitStatus, type Io } from '../command.js';
import { ProgressLine } from '../progress-line.js';

interface Options {
  link?: string;
  state?: InvitableState[];
  format?: string[];
  inactiveSince?: string;
  limit?: number;
  rate: number;
  language: Language;
  dryRun?: true;
  yes?: true;
  json?: true;
}

const languages = ['en', 'de', 'fr', 'it', 'es'] satisfies Language[];

const explanation = `
Mails people of the old system who have not migrated a link to the page where they ask for a new password. The link is the same for
everyone and contains no token. No pool user is created: a user who exists in the pool can no longer migrate with the legacy password.

Left out are people who are blocked, disabled, deleted or not confirmed, who signed up at Usher, whose address is invalid or shared, and
who were invited before: each person is invited once. --format takes the beginning of a format as "usher migration status" prints it,
and can be repeated. --inactive-since leaves out people whose last sign-in is not known, and says how many they are.

The API sends the mails; the command waits when more than a minute's mails are in the outbox. Ctrl-C ends it, and the next run continues,
also after a crash.

Exit status: 0 done, also if there was nobody to invite; 1 failed, or another process invites; 2 invalid arguments or configuration, or
neither --dry-run nor --yes. Needs DATABASE_URL and SESSION_SECRETS; without --link also PAGES and PUBLIC_URL.`;

/** `usher migration invite` */
export function migrationInvite(migration: Command, io: Io): void {
  migration
    .command('invite')
    .description('Mail people who have not migrated a link to the reset of the password.')
    .option(
      '--link <url>',
      'the page where people ask for a reset, https; default: /forgot of the hosted pages, with PAGES=on',
      parseLink,
    )
    .option(
      '--state <states>',
      `migration states, comma-separated: ${invitableStates.join(', ')} (no password); default: all of them`,
      parseStates,
    )
    .option('--format <beginning>', "beginning of a hash format, such as '$2a$'; can be repeated", collect)
    .option('--inactive-since <when>', 'no sign-in since a day (2026-08-31) or for days (90d)', parseDay)
    .option('--limit <number>', 'most mails of this run', numberFrom(1, 10_000_000))
    .option(
      '--rate <number>',
      `mails per minute, ${inviteRate.lowest} to ${inviteRate.highest}`,
      numberFrom(inviteRate.lowest, inviteRate.highest),
      inviteRate.default,
    )
    .addOption(new Option('--language <language>', 'language of the mail').choices(languages).default('en'))
    .option('--dry-run', 'count the mails without sending them')
    .option('--yes', 'send the mails')
    .option('--json', 'print JSON')
    .addHelpText('after', explanation)
    .action(async (options: Options) => {
      const { dryRun = false, json } = options;
      if (!dryRun && !options.yes)
        throw new CommandError(
          'This mails people. Check with --dry-run, then confirm with --yes.',
          exitStatus.usage,
        );
      const { forgotPage, withInvitations } = await import('../contexts/invitations.js');
      const progress = new ProgressLine(io);
      const selection = {
        states: options.state ?? invitableStates,
        formats: options.format ?? [],
        inactiveSince: options.inactiveSince,
      };
      const { language, rate, limit = Infinity } = options;
      const link = options.link ?? forgotPage(io);
      if (!isSafe(link)) throw new CommandError('PUBLIC_URL must be an https URL.', exitStatus.usage);
      const onProgress = (text: string) => progress.at(text);
      const result = await withInvitations(io, (invitations) =>
        invitations.run(io, selection, { link, language, rate, limit, dryRun, onProgress }),
      ).finally(() => progress.end());
      if (result === undefined) throw new CommandError('Another process invites people. Try again later.');
      const { mails, people, leftOut } = result;
      io.out(`${json ? JSON.stringify({ dryRun, mails, people, leftOut }) : report(result, dryRun)}\n`);
    });
}

function report({ mails, people, leftOut }: InviteResult, dryRun: boolean): string {
  const lines = [
    ...people.map(({ people: count, state, format }) => `  ${count}  ${state}: ${format ?? 'no password'}`),
    ...(leftOut.length > 0 ? ['Left out:'] : []),
    ...leftOut.map(({ people: count, reason }) => `  ${count}  ${reason}: ${reasonTexts[reason] ?? ''}`),
  ];
  return [`${dryRun ? 'Would mail' : 'Mailed'} ${counted(mails, 'person', 'people')}.`, ...lines].join('\n');
}

const reasonTexts: Record<string, string> = {
  already_invited: 'invited before',
  address_blank: 'no address',
  address_invalid: 'not an e-mail address',
  address_duplicate: 'several live users have the address, or a deleted one had it',
  last_sign_in_unknown: 'never signed in, or the time is not known',
  changed_meanwhile: 'migrated during this run, or no longer selected',
  unconfirmed: 'address never confirmed',
  disabled: 'disabled by an administrator',
  blocked: 'blocked by the old application',
  gone: 'no longer in the old application',
  erased: 'deleted',
  signed_up: 'signed up at Usher',
};

function parseLink(text: string): string {
  if (URL.canParse(text) && isSafe(text)) return new URL(text).href;
  throw new InvalidArgumentError('It must be an https URL.');
}

/** https, or http on this machine. */
function isSafe(link: string): boolean {
  const { protocol, hostname } = new URL(link);
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return protocol === 'https:' || (isLocal && protocol === 'http:');
}

function parseStates(text: string, before: InvitableState[] = []): InvitableState[] {
  return [
    ...before,
    ...text.split(',').map((name) => {
      const state = invitableStates.find((known) => known === name.trim());
      if (state === undefined) throw new InvalidArgumentError(`It must be of ${invitableStates.join(', ')}.`);
      return state;
    }),
  ];
}

const collect = (text: string, before: string[] = []): string[] => [...before, text];

const dayMs = 86_400_000;

/** @returns the day as `2026-08-31`, UTC */
function parseDay(text: string): string {
  const days = /^([1-9]\d{0,4})d$/.exec(text)?.[1];
  const time = days === undefined ? Date.parse(text) : Date.now() - Number(days) * dayMs;
  const day = Number.isNaN(time) ? '' : new Date(time).toISOString().slice(0, 10);
  // Date.parse takes the 30th of February for the 1st or 2nd of March.
  if (days !== undefined || day === text) return day;
  throw new InvalidArgumentError('It must be a day such as 2026-08-31, or a number of days such as 90d.');
}

function numberFrom(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d{1,9}$/.test(text) || number < min || number > max)
      throw new InvalidArgumentError(`It must be a number from ${min} to ${max}.`);
    return number;
  };
}

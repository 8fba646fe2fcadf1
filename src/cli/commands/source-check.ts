import type { Command } from 'commander';
import { escapeControlChars } from '../../common/names/escape-control-chars.js';
import type { MaskedRow, SourceCheck, TryReason, WhyNot } from '../contexts/source-check.js';
import { CommandError, counted, type Io } from '../command.js';

interface Options {
  try?: string;
  json?: true;
}

const explanation = `
Compares the source file with the source, and shows three masked rows and the formats of the first 200 hashes. Nothing is written.
--try asks for the password on the terminal, else reads one line of standard input, and only if it decides.
Exit status: 0 the source can be read, and the password of --try is right; 1 it is not, or the source does not answer; 2 invalid
arguments or configuration.
Needs LEGACY_SOURCE, LEGACY_DATABASE_URL or DATABASE_URL, and PASSWORD_PEPPERS, LEGACY_HASH_SCHEME and LEGACY_UNLOCK_IN if the API
has them.`;

/** `usher source check` */
export function sourceCheck(source: Command, io: Io): void {
  source
    .command('check')
    .description('Show what Usher reads of a source.')
    .option('--try <email>', 'ask for the password of this user, and say whether it is right')
    .option('--json', 'print JSON')
    .addHelpText('after', explanation)
    .action(async ({ try: email, json }: Options) => {
      const { checkSource } = await import('../contexts/source-check.js');
      const check = await checkSource(io, email);
      io.out(`${json ? JSON.stringify(toJson(check)) : report(check)}\n`);
      const { reason } = check.try ?? {};
      if (reason) throw new CommandError(`No: ${reasons[reason]}.`);
    });
}

function toJson({ source, location, rows, formats, verified, try: tried }: SourceCheck) {
  return {
    ...{ source, location, rows },
    formats: formats.map((line) => ({ format: line.format, rows: line.rows, verifiable: line.verifiable })),
    verified,
    ...(tried && { try: tried }),
  };
}

const reasons: Record<TryReason, string> = {
  no_such_address:
    'no row has this address. If the source has it with capitals, type them, or copy the people with "usher source sync"',
  several_rows: 'several rows have this address, and identifier.on_duplicate chooses none',
  blocked: 'the source blocks this user',
  locked: 'the source has locked this user',
  not_verified: 'the address is not verified at the source',
  no_hash: 'the user has no password at the source',
  unknown_format: 'no password can be checked with the stored hash',
  wrong_password: 'the password is wrong',
};

const whyNot: Record<WhyNot, string> = {
  unknown: 'unknown: no password can be checked',
  impossible: 'damaged: no password can match',
  too_costly: 'above the cost limit: no password is checked',
};

function report({ source, location, rows, formats, verified, sample, try: tried }: SourceCheck): string {
  return [
    `Source ${escapeControlChars(source)}: ${escapeControlChars(location)}.`,
    verified
      ? 'The source says whose address is verified.'
      : 'The source does not say whose address is verified: everyone counts as verified.',
    '',
    rows.length === 0 ? 'The source has no rows.' : 'Rows:',
    ...rows.map((row) => `  ${lineOf(row)}`),
    ...(sample.rows === 0 ? [] : ['', `Hashes of the first ${counted(sample.rows, 'row')}:`]),
    ...formats.map((line) => {
      const why = line.why && line.why !== line.format ? `, ${whyNot[line.why]}` : '';
      const name = line.format === 'unknown' ? whyNot.unknown : (line.format ?? 'no password');
      return `  ${String(line.rows).padStart(String(sample.rows).length)}  ${name}${why}`;
    }),
    ...(sample.rows === 0 ? [] : [`Of them ${sample.blocked} blocked and ${sample.locked} locked.`]),
    ...(tried?.matches ? ['', `Yes: the password of ${escapeControlChars(tried.email)} is right.`] : []),
  ].join('\n');
}

function lineOf(row: MaskedRow): string {
  const { id, email, firstName, lastName, format, verified, blocked, lockedUntil, createdAt, lastSignInAt } =
    row;
  return [
    `id ${escapeControlChars(id, 40)}`,
    email === null ? 'no address' : escapeControlChars(email),
    ...(firstName === null && lastName === null
      ? []
      : [escapeControlChars(`${firstName ?? ''} ${lastName ?? ''}`.trim())]),
    format ?? 'no password',
    verified ? 'verified' : 'not verified',
    ...(blocked ? ['blocked'] : []),
    ...(lockedUntil === null ? [] : [`locked until ${lockedUntil}`]),
    ...(createdAt === null ? [] : [`created ${createdAt}`]),
    ...(lastSignInAt === null ? [] : [`last sign-in ${lastSignInAt}`]),
  ].join(', ');
}

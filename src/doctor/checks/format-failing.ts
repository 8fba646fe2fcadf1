import { unmarkedSchemes } from '#password-hashes';
import { type FailingFormat, failingFormats } from '../../credentials/failing-formats.sql.js';
import type { Check } from '../check.js';

/** A wrong pepper or scheme refuses right passwords as wrong ones. */
export const formatFailing: Check = {
  id: 'source.format_failing',
  area: 'source',
  atStart: true,
  async find(facts) {
    const found = await facts.query<FailingFormat>(failingFormats);
    return found.map(({ format, users, right }) => ({
      severity: 'error',
      title: `Of ${users} users with a ${format} hash who signed in within 24 hours, ${right} had the right password.`,
      effect:
        'Users of this format are refused with the right password, and do not migrate. A wrong pepper or scheme is the usual cause; somebody who guesses passwords of many users looks the same.',
      remedy: remedyOf(format),
      changeable: true,
    }));
  },
};

/** Only bcrypt has peppers, and only hashes without a marker have a configured scheme. */
function remedyOf(format: string): string {
  if (unmarkedSchemes.some((scheme) => scheme === format))
    return 'LEGACY_HASH_SCHEME=SCHEME_OF_THE_OLD_APPLICATION';
  return format.startsWith('bcrypt_2')
    ? 'PASSWORD_PEPPERS=PEPPER_OF_THE_OLD_APPLICATION'
    : 'npx usher migration plan';
}

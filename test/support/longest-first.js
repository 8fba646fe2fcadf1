import Sequencer from '@jest/test-sequencer';

/** Suites whose files can take minutes, however small they are. */
const longest = ['processes', 'acme', 'doctor', 'sources', 'vectors'];

/** Small files that take one to four minutes. */
const slow =
  /\/(killed\.acme|interrupted\.acme|answers-in-a-row\.recovery|documented-commands\.processes)\.ts$/;

const rank = ({ context, path }) => {
  if (slow.test(path)) return -1;
  const index = longest.indexOf(context.config.displayName?.name);
  return index === -1 ? longest.length : index;
};

/** Without the times of an earlier run Jest begins with the largest files, and would end with one of a small file on one core. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).sort((one, other) => rank(one) - rank(other));
  }
}

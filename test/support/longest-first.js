import Sequencer from '@jest/test-sequencer';

/** Suites whose files can take minutes, however small they are. */
const longest = ['processes', 'acme', 'doctor', 'sources', 'vectors'];

const rank = ({ context }) => {
  const index = longest.indexOf(context.config.displayName?.name);
  return index === -1 ? longest.length : index;
};

/** Without the times of an earlier run Jest begins with the largest files, and would end with one of a small file on one core. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).sort((one, other) => rank(one) - rank(other));
  }
}

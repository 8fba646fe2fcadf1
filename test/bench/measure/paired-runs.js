/**
 * Compares two measurements on a machine with other load, in rounds of limit, ours, ours, limit (ABBA), so that drift affects
 * both.
 */

const lowestControl = 0.95;
const highestControl = 1.05;

/** Maximum number of attempts to get a valid comparison. */
export const tries = 3;

/** @returns one sample per round of what `limit` and `ours` return */
export async function pairedRuns({ limit, ours, rounds, say }) {
  const samples = [];
  for (let round = 1; round <= rounds; round += 1) {
    samples.push({ first: await limit(), ours: [await ours(), await ours()], last: await limit() });
    if (round % 5 === 0) say(`  ${round} of ${rounds} rounds`);
  }
  return samples;
}

/**
 * `value` is the median ratio of ours to the limit over the rounds. `control` is the median ratio of the limit's first to
 * its last run in each round; the comparison is valid only if it is close to 1.
 * @param of selects the number to compare from a measurement
 */
export function compare(samples, of = (measured) => measured) {
  const ratios = samples.map(
    ({ first, ours: [one, other], last }) => (of(one) + of(other)) / (of(first) + of(last)),
  );
  const control = median(samples.map(({ first, last }) => of(first) / of(last)));
  return {
    value: median(ratios),
    quartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
    control,
    isValid: control >= lowestControl && control <= highestControl,
  };
}

/**
 * Repeats measurements that are void because the machine was too busy.
 * @param measure returns results; the first valid result of each goal is kept
 */
export async function untilValid(measure, say) {
  const kept = new Map();
  for (let left = tries; left > 0; left -= 1) {
    for (const result of await measure()) {
      say(`  ${result.goal}: ${result.value.toFixed(3)}`);
      if (!kept.get(result.goal)?.isValid) kept.set(result.goal, result);
    }
    const voided = [...kept.values()].filter(({ isValid }) => !isValid);
    if (voided.length === 0) break;
    for (const { goal, control } of voided) {
      say(`  void: ${goal}, control ratio ${control.toFixed(3)}`);
    }
  }
  return [...kept.values()];
}

export const median = (values) => quantile(values, 0.5);

export function quantile(values, share) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

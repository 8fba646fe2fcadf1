/**
 * Comparing two things on a machine that is never quiet: in rounds of limit, ours, ours, limit, so that whatever else the
 * machine does, or drifts into, hits both.
 */

const closest = 0.95;
const farthest = 1.05;

/** How often a comparison is made until one is valid. */
export const tries = 3;

/** @returns one sample a round, of whatever `limit` and `ours` measure */
export async function abba({ limit, ours, rounds, say }) {
  const samples = [];
  for (let round = 1; round <= rounds; round += 1) {
    samples.push({ first: await limit(), ours: [await ours(), await ours()], last: await limit() });
    if (round % 5 === 0) say(`  ${round} of ${rounds} rounds`);
  }
  return samples;
}

/**
 * Ours as a multiple of the limit: the median over the rounds. The control is the limit against itself, its first place in
 * the rounds with its last: where nothing differs a ratio of 1 must come out, or the run says nothing.
 * @param of the number to compare, from what was measured
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
    isValid: control >= closest && control <= farthest,
  };
}

/**
 * Measures, and measures again what a busy machine made void.
 * @param measure answers results; those that are valid are kept from the first time on
 */
export async function untilValid(measure, say) {
  const kept = new Map();
  for (let left = tries; left > 0; left -= 1) {
    for (const result of await measure()) {
      say(`  ${result.goal}: ${result.value.toFixed(3)}`);
      if (!kept.get(result.goal)?.isValid) kept.set(result.goal, result);
    }
    const spoilt = [...kept.values()].filter(({ isValid }) => !isValid);
    if (spoilt.length === 0) break;
    for (const { goal, control } of spoilt) {
      say(`  void: ${goal}, whose limit against itself is ${control.toFixed(3)}`);
    }
  }
  return [...kept.values()];
}

export const median = (values) => quantile(values, 0.5);

/** The value below which this share of the values lies. */
export function quantile(values, share) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

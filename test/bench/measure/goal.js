/** What a measured value has to be. */
export const atLeast = (limit) => ({ limit, words: `at least ${limit}`, isMetBy: (value) => value >= limit });
export const atMost = (limit) => ({ limit, words: `at most ${limit}`, isMetBy: (value) => value <= limit });

/**
 * One line of the report.
 * @param comparison `{ value, control, isValid }` of `compare`, or `{ value }` of what is counted and needs no control
 */
export function result(goal, what, wanted, comparison) {
  return {
    goal,
    what,
    wanted: wanted.words,
    isValid: true,
    ...comparison,
    isMet: wanted.isMetBy(comparison.value),
  };
}

/** Exit status: 1 if a goal is missed, else 3 if a comparison was void, else 0. */
export function statusOf(results) {
  if (results.some(({ isValid, isMet }) => isValid && !isMet)) return 1;
  return results.some(({ isValid }) => !isValid) ? 3 : 0;
}

/** One or two lines of text per goal, or one line of JSON. */
export function report(results, { json, rounds }) {
  if (json) return `${JSON.stringify({ node: process.version, rounds, results })}\n`;
  return results.map((result) => `${lines(result)}\n`).join('');
}

function lines({ goal, what, wanted, value, quartiles, control, isValid, isMet }) {
  const verdict = isValid ? (isMet ? 'ok  ' : 'MISS') : 'VOID';
  const first = `${verdict}  ${goal.padEnd(3)} ${what}: ${shown(value)} (${wanted})`;
  if (control === undefined) return first;
  const middle = quartiles.map(shown).join(' to ');
  return `${first}\n          middle half of the rounds ${middle}, control ${control.toFixed(3)}`;
}

const shown = (value) => (Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 3 : 1));

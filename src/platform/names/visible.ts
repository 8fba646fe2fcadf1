/** Whoever chose a name, a header or a DNS record shall neither move the operator's cursor nor fill the screen. */
export function visible(text: string, longest = 100): string {
  const shown = text
    .slice(0, longest)
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
  return text.length > longest ? `${shown}…` : shown;
}

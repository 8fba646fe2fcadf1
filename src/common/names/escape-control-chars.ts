/** Escapes control characters, which could change the terminal of an operator, and truncates the text. */
export function escapeControlChars(text: string, longest = 100): string {
  const shown = text
    .slice(0, longest)
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
  return text.length > longest ? `${shown}…` : shown;
}

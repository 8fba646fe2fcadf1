/** Replaces each `{name}` of a text. A name without a value becomes empty; values are inserted as they are. */
export const fill = (text: string, values: Record<string, string | undefined>): string =>
  text.replace(/\{(\w+)\}/g, (_all, name: string) => values[name] ?? '');

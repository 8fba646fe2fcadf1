/** The languages of all texts. The API, its pages and the Lambda read this list; English is the default. */
export const languages = ['en', 'de', 'fr', 'it', 'es'] as const;

export type Language = (typeof languages)[number];

/**
 * Returns the language of the first tag that names a supported one, such as `de`, `de-CH` or `de_CH`; English without any.
 * @param tags from outside: anything that is not a string is skipped
 */
export function languageOfTags(...tags: unknown[]): Language {
  for (const tag of tags) {
    if (typeof tag !== 'string') continue;
    const primary = /^\s*([a-z]{2})(?:[-_]|\s*$)/i.exec(tag)?.[1]?.toLowerCase();
    const found = languages.find((language) => language === primary);
    if (found) return found;
  }
  return 'en';
}

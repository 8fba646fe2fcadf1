import Negotiator from 'negotiator';
import type { FieldErrorParams } from '#contracts';
import { type Language, languages as supported } from '#mails';
import { de } from './de.js';
import { en } from './en.js';
import { es } from './es.js';
import { fr } from './fr.js';
import { it } from './it.js';
import type { PageTexts } from './page-texts.js';
import { de as dePages } from './pages/de.js';
import { en as enPages } from './pages/en.js';
import { es as esPages } from './pages/es.js';
import { fr as frPages } from './pages/fr.js';
import { it as itPages } from './pages/it.js';
import type { Texts, ValidationMessage } from './texts.js';

export type { Language };

export const texts: Record<Language, Texts> = { en, de, fr, it, es };

export const pageTexts: Record<Language, PageTexts> = {
  en: enPages,
  de: dePages,
  fr: frPages,
  it: itPages,
  es: esPages,
};

/** English is first: the default for `*` and without a supported language. */
export const languages: Language[] = [...supported];

export const isLanguage = (name: string): name is Language => Object.hasOwn(texts, name);

/** Returns the language of the response (RFC 9110 section 12.5.4); English if the header is absent or invalid. */
export function languageOf(acceptLanguage: string | undefined): Language {
  const negotiator = new Negotiator({ headers: { 'accept-language': acceptLanguage } });
  return (negotiator.language(languages) as Language | undefined) ?? 'en';
}

/** @param params for the `{placeholders}` of the text */
export function validationMessage(
  language: Language,
  key: ValidationMessage,
  params: FieldErrorParams = {},
): string {
  return texts[language].messages[key].replace(/\{(\w+)\}/g, (_all, name) => {
    const value = params[name as keyof FieldErrorParams];
    return Array.isArray(value) ? value.join(', ') : String(value);
  });
}

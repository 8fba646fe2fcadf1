import Negotiator from 'negotiator';
import { de } from './de.js';
import { en } from './en.js';
import { es } from './es.js';
import { fr } from './fr.js';
import { it } from './it.js';
import type { Fault, Texts } from './texts.js';

/** English first: it is what a caller gets who names no language that we speak. */
export const texts = { en, de, fr, it, es } satisfies Record<string, Texts>;

export type Language = keyof typeof texts;

const languages = Object.keys(texts) as Language[];

/** The language of an answer (RFC 9110 section 12.5.4). A header that cannot be read is as good as none. */
export function languageOf(acceptLanguage: string | undefined): Language {
  const negotiator = new Negotiator({ headers: { 'accept-language': acceptLanguage } });
  return (negotiator.language(languages) as Language | undefined) ?? 'en';
}

/** @param values for the `{placeholders}` of the text */
export function faultText(
  language: Language,
  fault: Fault,
  values: Record<string, string | number> = {},
): string {
  return texts[language].faults[fault].replace(/\{(\w+)\}/g, (_all, name: string) => String(values[name]));
}

import type { Language } from '../languages.js';
import { de } from './de.js';
import { en } from './en.js';
import { es } from './es.js';
import { fr } from './fr.js';
import { it } from './it.js';
import type { SharedTexts } from './texts.js';

export const sharedTexts: Record<Language, SharedTexts> = { en, de, fr, it, es };

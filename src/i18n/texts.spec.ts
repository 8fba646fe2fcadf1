import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyText } from '../../test/support/builders/any-text.js';
import { errorCodes } from '#contracts';
import { validationMessage, languageOf, texts } from './languages.js';
import type { Texts } from './texts.js';

/** Every text by its key, as one flat list. */
const flat = ({ problems, messages }: Texts): [key: string, text: string][] => [
  ...Object.entries(problems).flatMap(([code, { title, detail }]): [string, string][] => [
    [`${code} title`, title],
    [`${code} detail`, detail],
  ]),
  ...Object.entries(messages),
];

const placeholders = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

const others = Object.entries(texts).filter(([language]) => language !== 'en');

describe('texts', () => {
  it('exist for every error code', () => {
    expect(Object.keys(texts.en.problems).sort()).toEqual([...errorCodes].sort());
  });

  it.each(others)('in %s have the keys and placeholders of the English texts', (_language, other) => {
    const translated = new Map(flat(other));
    expect([...translated.keys()].sort()).toEqual(
      flat(texts.en)
        .map(([key]) => key)
        .sort(),
    );
    for (const [key, text] of flat(texts.en)) {
      const translation = translated.get(key) ?? '';
      expect({ key, placeholders: placeholders(translation) }).toEqual({
        key,
        placeholders: placeholders(text),
      });
      // References to members and paths are the same in every language.
      for (const name of ['retryAfter', 'errors', '/docs']) {
        if (text.includes(`"${name}"`) || (name === '/docs' && text.includes(name)))
          expect(translation).toContain(name);
      }
    }
  });

  it.each(Object.entries(texts))('in %s are neither empty nor equal to the English ones', (language, own) => {
    const english = new Map(flat(texts.en));
    for (const [key, text] of flat(own)) {
      expect({ key, empty: text.trim() === '' }).toEqual({ key, empty: false });
      if (language !== 'en') expect({ key, text }).not.toEqual({ key, text: english.get(key) });
    }
  });

  it('contain their values', () => {
    expect(validationMessage('de', 'field.not_a_number_from', { minimum: 1, maximum: 256 })).toBe(
      'muss eine Zahl von 1 bis 256 sein',
    );
  });
});

describe('languageOf', () => {
  it.each([
    [undefined, 'en'],
    ['', 'en'],
    ['*', 'en'],
    ['de', 'de'],
    ['DE', 'de'],
    ['de-CH', 'de'],
    ['de-Latn-CH', 'de'],
    ['fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5', 'fr'],
    ['nl, it;q=0.3, es;q=0.4', 'es'],
    ['en;q=0, it', 'it'],
    ['ja', 'en'],
    ['ja, *;q=0', 'en'],
    ['de;q=0', 'en'],
    [';;;q=,,', 'en'],
    ['constructor', 'en'],
    ['__proto__', 'en'],
  ])('returns the language for %j: %s', (header, language) => expect(languageOf(header)).toBe(language));

  it('returns a supported language for any header', () => {
    fc.assert(
      fc.property(anyText(), (header) => {
        expect(Object.keys(texts)).toContain(languageOf(header));
      }),
    );
  });
});

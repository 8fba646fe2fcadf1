import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  cognitoMessage,
  type CognitoMessageRequest,
  languageOfTags,
  languages,
  mailHtml,
  type MessageKind,
  pageLink,
  plainName,
  sharedTexts,
} from '#mails';

const kinds = Object.keys(sharedTexts.en.messages) as MessageKind[];
const placeholders = { codeParameter: '{####}', usernameParameter: '{username}' };
const resetLink = 'https://auth.example.com/reset';
const write = (request: Partial<CognitoMessageRequest> = {}) =>
  cognitoMessage({ kind: 'reset', language: 'en', appName: 'Acme', ...placeholders, ...request });

/** Patterns of the service model: EmailVerificationMessageType, EmailVerificationSubjectType, SmsVerificationMessageType. */
const emailPattern = /^[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*\{####\}[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*$/u;
const subjectPattern = /^[\p{L}\p{M}\p{S}\p{N}\p{P}\s]+$/u;
const smsPattern = /^[^{]*(\{username\}[^{]*)?\{####\}[^{]*$/su;

const anyName = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom(
    'W'.repeat(500),
    '{####}',
    '{username} & <b>{####}</b>',
    '"></style><script>alert(1)</script>',
    '\ud800',
    '👩‍👩‍👧‍👦'.repeat(40),
    'a\u0000b\r\nc',
  ),
);

describe("Cognito's messages", () => {
  it('keep the limits and the placeholders of Cognito for any name, in all languages', () => {
    fc.assert(
      fc.property(
        anyName,
        fc.constantFrom(...kinds),
        fc.constantFrom(...languages),
        (appName, kind, language) => {
          const message = write({ appName, kind, language, resetLink });
          expect(message.emailMessage.length).toBeLessThanOrEqual(20_000);
          expect(message.emailMessage).toMatch(emailPattern);
          expect(message.emailMessage.split('{####}')).toHaveLength(2);
          expect(message.emailSubject.length).toBeLessThanOrEqual(140);
          expect(message.emailSubject).toMatch(subjectPattern);
          expect(message.smsMessage.length).toBeLessThanOrEqual(140);
          expect(message.smsMessage).toMatch(smsPattern);
          const isInvitation = kind === 'invitation';
          expect(message.emailMessage.includes('{username}')).toBe(isInvitation);
          expect(message.smsMessage.includes('{username}')).toBe(isInvitation);
        },
      ),
    );
  });

  it('contain no six digits but the code', () => {
    for (const kind of kinds) expect(write({ kind, resetLink }).emailMessage).not.toMatch(/\d{6}/);
  });

  it('escape the name in HTML', () => {
    const { emailMessage } = write({ appName: `<img src=x onerror='alert(1)'>"&` });
    expect(emailMessage).not.toContain('<img');
    expect(emailMessage).toContain('&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&quot;&amp;');
  });

  it('have a subject of their own in each language, and no text of another kind', () => {
    const subjects = kinds.flatMap((kind) =>
      languages.map((language) => write({ kind, language }).emailSubject),
    );
    expect(new Set(subjects).size).toBe(kinds.length * languages.length);
  });

  it('link to the page for the code only at a reset', () => {
    for (const kind of kinds) {
      const { emailMessage } = write({ kind, resetLink });
      expect(emailMessage.includes(`href="${resetLink}"`)).toBe(kind === 'reset');
    }
    expect(write({ resetLink: undefined }).emailMessage).not.toContain('href');
  });

  it.each(languages)('use all placeholders of the English texts in %s', (language) => {
    const used = (text: unknown) => (JSON.stringify(text).match(/\{\w+\}/g) ?? []).sort();
    const { frame, messages } = sharedTexts[language];
    expect(used(frame)).toEqual(used(sharedTexts.en.frame));
    for (const kind of kinds) expect(used(messages[kind])).toEqual(used(sharedTexts.en.messages[kind]));
  });
});

describe('mailHtml', () => {
  const content = {
    language: 'de' as const,
    appName: 'Acme',
    subject: 'Subject & more',
    before: ['Before <1>'],
    after: ['After'],
  };

  it('has a heading, the paragraphs around code and button, and a plain link', () => {
    const button = { label: 'Open >', link: 'https://example.com/?a=1&b=2' };
    const html = mailHtml({ ...content, code: '<123>', button });
    const order = [
      '<title>Subject &amp; more</title>',
      '>Acme</h1>',
      'Guten Tag,',
      'Before &lt;1&gt;',
      '&lt;123&gt;',
      'href="https://example.com/?a=1&amp;b=2"',
      'Open &gt;',
      '>https://example.com/?a=1&amp;b=2</a>',
      'After',
      'automatisch von Acme',
    ].map((part) => html.indexOf(part));
    expect(order).not.toContain(-1);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(html).toContain('<html lang="de">');
  });

  it('loads nothing and runs nothing', () => {
    const html = mailHtml(content);
    expect(html).not.toMatch(/<(script|img|link|iframe|form)|url\(|@import|\bsrc=/i);
    expect(html).toContain('prefers-color-scheme:dark');
  });
});

describe('languageOfTags', () => {
  it.each([
    [['de'], 'de'],
    [['de-CH'], 'de'],
    [['de_CH'], 'de'],
    [[' FR '], 'fr'],
    [['it-Latn-CH'], 'it'],
    [['tlh', 'es'], 'es'],
    [['deu', 'des-CH', 'xx-de'], 'en'],
    [[undefined, null, 7, {}, ['de'], ''], 'en'],
    [[], 'en'],
  ])('of %j is %s', (tags, language) => {
    expect(languageOfTags(...tags)).toBe(language);
  });
});

describe('plainName', () => {
  it.each([
    ['Acme & Co', 'Acme & Co'],
    ['  Acme\r\n\tGmbH  ', 'Acme GmbH'],
    ['{####}', '####'],
    ['\u0000\u200b', ''],
    ['x'.repeat(65), 'x'.repeat(64)],
    ['😀'.repeat(65), '😀'.repeat(64)],
  ])('of %j is %j', (name, plain) => {
    expect(plainName(name)).toBe(plain);
  });
});

describe('pageLink', () => {
  it.each([
    ['https://auth.example.com', 'https://auth.example.com/reset'],
    ['https://auth.example.com/', 'https://auth.example.com/reset'],
    ['https://user:secret@example.com:8443/auth//?a=b#c', 'https://example.com:8443/auth/reset'],
  ])('of %s is %s', (publicUrl, link) => {
    expect(pageLink(new URL(publicUrl), '/reset')).toBe(link);
  });
});

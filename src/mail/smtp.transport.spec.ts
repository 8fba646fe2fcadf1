import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type MailCatcher, startMailCatcher } from '../../apps/local-stack/src/mail-catcher/mail-catcher.js';
import { httpConfig } from '../common/config/http.config.js';
import { pagesConfig } from '../common/config/pages.config.js';
import { mailConfig } from '../common/config/servers.config.js';
import { SmtpTransport } from './smtp.transport.js';

describe('SmtpTransport', () => {
  let catcher: MailCatcher;

  beforeAll(async () => {
    catcher = await startMailCatcher();
  });

  afterAll(() => catcher.close());

  it.each([
    ['on', ['https://auth.example.com/forgot', 'https://auth.example.com/forgot']],
    ['off', []],
  ])('sends mails as HTML and text; with PAGES=%s their links are %j', async (PAGES, links) => {
    const variables = {
      PAGES,
      PUBLIC_URL: 'https://auth.example.com',
      APP_NAME: 'Acme',
      SMTP_URL: catcher.smtpUrl,
      MAIL_FROM: 'Acme <acme@example.com>',
    };
    const transport = new SmtpTransport(
      mailConfig.read(variables),
      httpConfig.read(variables),
      pagesConfig.read(variables),
    );
    const to = `${PAGES}@example.com`;
    try {
      await transport.send({ to, mail: 'password_changed', language: 'en', values: {} }, 'id-1');
    } finally {
      transport.onApplicationShutdown();
    }
    const { html, text } = await catcher.waitFor((mail) => mail.to.includes(to));
    expect([...html.matchAll(/href="([^"]*)"/g)].map(([, link]) => link)).toEqual(links);
    expect(html).toContain('>Acme</h1>');
    expect(text).toContain('Hello,\n\nThe password of your account');
    expect(text.includes('https://')).toBe(links.length > 0);
  });
});

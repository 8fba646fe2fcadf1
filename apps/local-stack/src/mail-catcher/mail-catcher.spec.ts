import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createTransport, type SendMailOptions } from 'nodemailer';
import { startMailCatcher, type MailCatcher } from './mail-catcher.js';
import { Mailbox, type CaughtMail } from './mailbox.js';

describe('mail catcher', () => {
  let catcher: MailCatcher;
  const mail = { from: '"Usher" <usher@example.com>', to: 'ada@example.com', subject: 'Hello', text: 'Hi' };

  const send = async (options: SendMailOptions, url = catcher.smtpUrl) => {
    const transport = createTransport(url);
    try {
      await transport.sendMail({ ...mail, ...options });
    } finally {
      transport.close();
    }
  };
  const page = async () => (await fetch(catcher.url)).text();

  beforeEach(async () => {
    catcher = await startMailCatcher();
  });

  afterEach(() => catcher.close());

  it('returns mails as JSON, newest first, with non-ASCII characters', async () => {
    await send({ subject: 'Zurücksetzen 🔑', text: 'Grüße, Zoë\n', html: '<p>Grüße</p>' });
    await send({ to: 'bob@example.com', bcc: 'jürgen@exämple.de', subject: 'Second' });
    const response = await fetch(`${catcher.url}/messages`);
    const date = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await response.json()).toEqual([
      {
        from: 'usher@example.com',
        to: ['bob@example.com', 'jürgen@exämple.de'],
        subject: 'Second',
        text: 'Hi',
        html: '',
        date,
      },
      {
        from: 'usher@example.com',
        to: ['ada@example.com'],
        subject: 'Zurücksetzen 🔑',
        text: 'Grüße, Zoë',
        html: '<p>Grüße</p>',
        date,
      },
    ]);
  });

  it('returns the text of a mail that has HTML only', async () => {
    const html =
      '<!doctype html><title>T</title><style>p{color:#123456}</style>\n<h1>A &amp; B</h1><p>Grüße,<br>\nZoë</p><p><b>42</b> &lt;3</p>';
    await send({ text: '', html });
    expect(catcher.messages()[0]).toMatchObject({ text: 'A & B\nGrüße,\nZoë\n42 <3', html });
  });

  it('accepts mail from a client that authenticates with any password', async () => {
    await send({}, catcher.smtpUrl.replace('//', '//somebody:anything@'));
    expect(catcher.messages()).toHaveLength(1);
  });

  it('waits for a requested mail', async () => {
    await send({ subject: 'Earlier' });
    const waiting = catcher.waitFor(({ to }) => to.includes('late@example.com'));
    await send({ subject: 'Not this one' });
    await send({ subject: 'This one', to: 'late@example.com' });
    expect((await waiting).subject).toBe('This one');
    expect((await catcher.waitFor(() => true)).subject).toBe('This one');
    await expect(catcher.waitFor(({ subject }) => subject === 'Never', 5)).rejects.toThrow('within 5 ms');
  });

  it('refuses a mail that is too large and continues to accept others', async () => {
    await expect(send({ text: 'x'.repeat(2 * 1024 * 1024) })).rejects.toThrow(/552/);
    await send({});
    expect(catcher.messages()).toHaveLength(1);
  });

  it('shows a page that runs no scripts of a mail', async () => {
    const attack = `"><script>alert(1)</script>`;
    await send({ subject: attack, text: attack, html: `<b title='x'>${attack}</b>` });
    const html = await page();
    expect(html).not.toContain('<script');
    expect(html).toContain('&quot;&gt;&lt;script&gt;');
    expect(html).toMatch(/<iframe sandbox="[^"]*" srcdoc="&lt;base[^"<>]*">/);
    expect(html).not.toMatch(/allow-(scripts|same-origin)/);
  });

  it('turns URLs in a text into links, without surrounding characters', async () => {
    await send({ text: `Confirm: http://localhost:3000/confirm?a=1&b=2 now` });
    expect(await page()).toContain(
      '<a href="http://localhost:3000/confirm?a=1&amp;b=2" target="_blank" rel="noreferrer">http://localhost:3000/confirm?a=1&amp;b=2</a> now',
    );
  });

  it('reports a port that is in use', async () => {
    const httpPort = Number(new URL(catcher.url).port);
    await expect(startMailCatcher({ httpPort })).rejects.toThrow('EADDRINUSE');
    const smtpPort = Number(new URL(catcher.smtpUrl).port);
    await expect(startMailCatcher({ smtpPort })).rejects.toThrow('EADDRINUSE');
  });
});

describe('Mailbox', () => {
  it('keeps only the newest mails', () => {
    const mailbox = new Mailbox(3);
    const mailAbout = (subject: string): CaughtMail => ({
      from: '',
      to: [],
      subject,
      text: '',
      html: '',
      date: '',
    });
    for (const subject of ['1', '2', '3', '4', '5']) mailbox.add(mailAbout(subject));
    expect(mailbox.newestFirst().map((mail) => mail.subject)).toEqual(['5', '4', '3']);
  });
});

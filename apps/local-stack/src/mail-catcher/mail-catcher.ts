import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import PostalMime from 'postal-mime';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { loopback } from '../ports.js';
import { htmlToText } from './html-to-text.js';
import { mailPage } from './mail-page.js';
import { Mailbox, type CaughtMail } from './mailbox.js';

export interface MailCatcherOptions {
  host?: string;
  /** Any free port if 0 or absent. */
  smtpPort?: number;
  httpPort?: number;
}

export interface MailCatcher {
  smtpUrl: string;
  /** A page that shows the mails; `{url}/messages` returns them as JSON. */
  url: string;
  /** Newest first. */
  messages(): CaughtMail[];
  /** Resolves to the newest matching mail as soon as there is one. */
  waitFor(predicate: (mail: CaughtMail) => boolean, timeoutMs?: number): Promise<CaughtMail>;
  close(): Promise<void>;
}

const megabyte = 1024 * 1024;

/** An SMTP server that accepts every mail and delivers none. */
export async function startMailCatcher(options: MailCatcherOptions = {}): Promise<MailCatcher> {
  const host = options.host ?? loopback;
  const mailbox = new Mailbox();
  const smtp = smtpServer(mailbox);
  const http = httpServer(mailbox);
  const smtpPort = await listen(smtp.listen(options.smtpPort ?? 0, host));
  const httpPort = await listen(http.listen(options.httpPort ?? 0, host)).catch(async (error: unknown) => {
    await closeSmtp(smtp);
    throw error;
  });
  return {
    smtpUrl: `smtp://${host}:${smtpPort}`,
    url: `http://${host}:${httpPort}`,
    messages: () => mailbox.newestFirst(),
    waitFor: (predicate, timeoutMs = 10_000) =>
      within(timeoutMs, (signal) => mailbox.find(predicate, signal)),
    close: async () => {
      await Promise.all([closeSmtp(smtp), closeHttp(http)]);
    },
  };
}

function smtpServer(mailbox: Mailbox): SMTPServer {
  const server = new SMTPServer({
    // No TLS: every client would have to trust a self-signed certificate.
    disabledCommands: ['STARTTLS'],
    authOptional: true,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    size: megabyte,
    closeTimeout: 100,
    onAuth: (auth, _session, done) => done(null, { user: auth.username ?? 'anybody' }),
    onData: (stream, session, done) => {
      receive(stream, session).then(
        (mail) => {
          mailbox.add(mail);
          done();
        },
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
      );
    },
  });
  // Also emitted when a client disconnects, which must not end the process.
  server.on('error', () => undefined);
  return server;
}

async function receive(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<CaughtMail> {
  const chunks: Buffer[] = [];
  // An oversized mail is read to its end; otherwise the client would not read the refusal.
  for await (const chunk of stream as AsyncIterable<Buffer>) if (!stream.sizeExceeded) chunks.push(chunk);
  if (stream.sizeExceeded) throw Object.assign(new Error('This mail is too large'), { responseCode: 552 });
  const mail = await PostalMime.parse(Buffer.concat(chunks));
  const { mailFrom, rcptTo } = session.envelope;
  return {
    from: mail.from?.address ?? (mailFrom ? mailFrom.address : ''),
    to: rcptTo.map((recipient) => recipient.address),
    subject: mail.subject ?? '',
    text: withoutLastBreak(mail.text ?? htmlToText(mail.html ?? '')),
    html: withoutLastBreak(mail.html),
    date: new Date().toISOString(),
  };
}

/** Removes the line breaks before a boundary, which MIME adds. */
function withoutLastBreak(part = ''): string {
  return part.replace(/[\r\n]+$/, '');
}

function httpServer(mailbox: Mailbox): Server {
  return createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://mail');
    if (pathname === '/messages') {
      response.setHeader('content-type', 'application/json; charset=utf-8');
      response.end(JSON.stringify(mailbox.newestFirst()));
    } else if (pathname === '/') {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      // The HTML of mails inherits this policy: it loads no resources and runs no scripts.
      response.setHeader(
        'content-security-policy',
        `default-src 'none'; style-src 'unsafe-inline'; img-src data:`,
      );
      response.end(mailPage(mailbox.newestFirst()));
    } else {
      response.statusCode = 404;
      response.end();
    }
  });
}

async function listen(server: NetServer): Promise<number> {
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function within<T>(timeoutMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const over = new AbortController();
  const timeout = pause(timeoutMs, undefined, { signal: over.signal }).then(() => {
    throw new Error(`No matching mail arrived within ${timeoutMs} ms.`);
  });
  try {
    return await Promise.race([work(over.signal), timeout]);
  } finally {
    over.abort();
  }
}

function closeSmtp(server: SMTPServer): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

function closeHttp(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

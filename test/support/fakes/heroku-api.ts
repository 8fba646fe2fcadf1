import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createSecureContext, createServer as createTlsServer } from 'node:tls';
import type { IssuedCertificate } from '../../../src/acme/hosts/certificate-host.js';
import type { TlsAddress } from '../../../src/acme/hosts/tls-probe.js';
import { HerokuApp, notFound } from './heroku-app.js';
import { checkHeaders, HerokuRefusal } from './heroku-rules.js';

interface Setup {
  app: string;
  apiKey: string;
  hostnames: string[];
  /** Heroku's certificate for names without their own one. */
  platformCertificate: IssuedCertificate;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * The part of Heroku that serves certificates: its Platform API, which validates requests strictly, and its router, which
 * terminates TLS with the uploaded certificates.
 */
export class HerokuApi {
  readonly app: HerokuApp;
  /** All authorized requests, as "METHOD path". */
  readonly requests: string[] = [];
  private readonly api: Server;
  private readonly router;
  private takeOver: Answer | undefined;

  constructor(private readonly setup: Setup) {
    this.app = new HerokuApp(setup.hostnames);
    this.api = createServer((request, response) => void this.answer(request, response));
    // No default certificate: Node would serve it to clients that request another key type.
    this.router = createTlsServer({ SNICallback: (name, done) => done(null, this.contextOf(name)) });
    this.router.on('tlsClientError', () => undefined);
  }

  async start(): Promise<this> {
    for (const server of [this.api, this.router]) {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    }
    return this;
  }

  async close(): Promise<void> {
    const open = [this.api, this.router].filter((server) => server.listening);
    const closed = open.map((server) => once(server, 'close'));
    for (const server of open) server.close();
    this.api.closeAllConnections();
    await Promise.all(closed);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.api.address() as AddressInfo).port}`;
  }

  get routerAddress(): TlsAddress {
    return { host: '127.0.0.1', port: (this.router.address() as AddressInfo).port };
  }

  /** Replaces all responses until called with `undefined`. */
  answerWith(answer: Answer | undefined): void {
    this.takeOver = answer;
  }

  private contextOf(name: string) {
    const { chain, key } = this.app.servedTo(name) ?? this.setup.platformCertificate;
    return createSecureContext({ cert: chain, key });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.takeOver) return this.takeOver(request, response);
    try {
      const { status, content, nextRange } = await this.grant(request);
      if (nextRange !== undefined) response.setHeader('next-range', nextRange);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
    } catch (error) {
      const { status, id, message } =
        error instanceof HerokuRefusal ? error : new HerokuRefusal(400, 'bad_request', String(error));
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ id, message }));
    }
  }

  private async grant(request: IncomingMessage) {
    const { method = '', url = '', headers } = request;
    checkHeaders(request, this.setup.apiKey);
    const [, apps, app, kind = '', identity, more] = url.split('/').map(decodeURIComponent);
    if (apps !== 'apps' || app !== this.setup.app || more !== undefined)
      throw notFound("Couldn't find that app.");
    const sent = await text(request);
    const body: unknown = sent === '' ? undefined : JSON.parse(sent);
    const answer = this.app.answer({ method, kind, identity, range: headers.range, body });
    this.requests.push(`${method} ${url}`);
    return answer;
  }
}

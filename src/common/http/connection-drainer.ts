import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';

/** Open connections accept one more request for this time, so that no request in flight is lost (RFC 9112 section 9.6). */
const graceMs = 1000;

/** Closes the server gracefully: it accepts no new connections and answers the requests that it has received. */
@Injectable()
export class ConnectionDrainer implements OnModuleInit {
  private isDraining = false;
  private readonly silent = new Set<Socket>();

  constructor(@Inject(HttpAdapterHost) private readonly host: Partial<HttpAdapterHost<FastifyAdapter>>) {}

  /** Without HTTP, as in commands, there is no adapter. */
  onModuleInit(): void {
    const fastify = this.host.httpAdapter?.getInstance();
    if (!fastify) return;
    const { server } = fastify;
    // Node treats a connection without a request as active; load balancers keep such connections pooled.
    server.on('connection', (socket: Socket) => {
      this.silent.add(socket);
      socket.once('close', () => this.silent.delete(socket));
    });
    server.on('request', ({ socket }) => this.silent.delete(socket));
    fastify.addHook('onSend', (_request, reply, payload, done) => {
      if (this.isDraining) reply.header('connection', 'close');
      done(null, payload);
    });
  }

  /** Resolves when all requests are answered. Precedes `app.close()`, because Nest has no hook before the connections are closed. */
  async finish(server: HttpServer): Promise<void> {
    this.isDraining = true;
    const drained = once(server, 'close');
    // The `close` of http.Server would close idle connections immediately.
    Server.prototype.close.call(server);
    await Promise.race([drained, pause(graceMs)]);
    server.closeIdleConnections();
    for (const socket of this.silent) socket.destroy();
    await drained;
  }
}

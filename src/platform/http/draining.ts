import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';

/**
 * Milliseconds in which a caller with an open connection may still use it, and is told that it was the last time. Closed at
 * once, it would swallow the request that is just on its way (RFC 9112 section 9.6).
 */
const lastUseMs = 1000;

/** How the server ends: it takes no connections any more, and answers what has reached it. */
@Injectable()
export class Draining {
  private isDraining = false;
  private readonly silent = new Set<Socket>();

  /** Before the server listens. */
  follow(fastify: FastifyInstance): void {
    const { server } = fastify;
    // Node counts a connection on which nothing was ever asked as busy; load balancers keep some in stock.
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

  /** Resolves when the last caller has its answer. */
  async finish(server: HttpServer): Promise<void> {
    this.isDraining = true;
    const drained = once(server, 'close');
    // Not its own `close`, which cuts idle connections off.
    Server.prototype.close.call(server);
    await Promise.race([drained, pause(lastUseMs)]);
    server.closeIdleConnections();
    for (const socket of this.silent) socket.destroy();
    await drained;
  }
}

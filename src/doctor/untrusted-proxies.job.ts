import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { Database } from '../common/database/database.js';
import { Log } from '../common/logging/log.js';
import { PollingWorker } from '../jobs/polling-worker.js';
import { toClientNetwork } from '../rate-limit/client-network.js';
import { UntrustedProxy } from './untrusted-proxy.entity.js';

const pollMs = 60_000;

/** Networks that are counted between two rounds. */
const maxNetworks = 32;

/** Probes of load balancers and monitoring have no client. */
const isProbe = (url: string): boolean => url.startsWith('/health/') || url.startsWith('/metrics');

/**
 * Records for `usher doctor` the network of a proxy that `TRUSTED_PROXIES` lacks. Anybody can send `X-Forwarded-For`, so only the
 * peers that sent most requests of a minute count.
 */
@Injectable()
export class UntrustedProxies implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  private readonly work = new PollingWorker(() => this.round(), pollMs);
  private requests = 0;
  private networks = new Map<string, number>();

  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost<FastifyAdapter>,
    private readonly database: Database,
    private readonly log: Log,
  ) {}

  onModuleInit(): void {
    this.host.httpAdapter.getInstance().addHook('onRequest', (request, _reply, done) => {
      this.count(request);
      done();
    });
  }

  onApplicationBootstrap(): void {
    this.work.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.work.stop();
  }

  /** Writes what was counted since the last call. */
  async record(): Promise<void> {
    const { requests, networks } = this;
    this.requests = 0;
    this.networks = new Map();
    const [most] = [...networks].sort(([, one], [, other]) => other - one);
    if (most === undefined || most[1] * 2 <= requests) return;
    await this.database.with(UntrustedProxy, async (proxies) => {
      await proxies.upsert({ network: most[0], seenAt: () => 'now()' }, ['network']);
      await proxies.createQueryBuilder().delete().where(`seen_at < now() - interval '1 day'`).execute();
    });
  }

  private count({ url, headers, ip, socket: { remoteAddress: peer } }: FastifyRequest): void {
    if (isProbe(url)) return;
    this.requests += 1;
    // Fastify takes the address from the header if it trusts the peer.
    if (headers['x-forwarded-for'] === undefined || peer === undefined || ip !== peer) return;
    const { subnet } = toClientNetwork(peer);
    if (subnet === undefined || (this.networks.size >= maxNetworks && !this.networks.has(subnet))) return;
    this.networks.set(subnet, (this.networks.get(subnet) ?? 0) + 1);
  }

  private async round(): Promise<boolean> {
    await this.record().catch((error: unknown) =>
      this.log.warn('failed to record untrusted proxies', { error }),
    );
    return false;
  }
}

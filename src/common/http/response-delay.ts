import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { type LimitsConfig, limitsConfig } from '../config/http.config.js';
import { Clock } from '../clock/clock.js';

/**
 * Delays refusals to the next multiple of `REFUSAL_TIME_MS` after the whole request arrived, so that response times do not
 * distinguish an unknown user (a lookup) from a wrong password (a migration trigger and a hash).
 */
@Injectable()
export class ResponseDelay implements OnModuleInit {
  /** 0 if refusals are not delayed. */
  readonly milliseconds: number;
  private readonly readAt = new WeakMap<FastifyReply, number>();

  constructor(
    @Inject(limitsConfig.KEY) config: LimitsConfig,
    private readonly clock: Clock,
    @Inject(HttpAdapterHost) private readonly host: Partial<HttpAdapterHost<FastifyAdapter>>,
  ) {
    this.milliseconds = config.refusalTimeMs;
  }

  /** Without HTTP, as in commands, there is no adapter. */
  onModuleInit(): void {
    this.host.httpAdapter?.getInstance().addHook('preValidation', (_request, reply, done) => {
      this.readAt.set(reply, performance.now());
      done();
    });
  }

  /**
   * Milliseconds since the body was read. Measured from the headers, a slowly sent body would shift the multiples relative to the
   * work, and an attacker could measure the work.
   */
  elapsed(reply: FastifyReply): number {
    const readAt = this.readAt.get(reply);
    return readAt === undefined ? reply.elapsedTime : performance.now() - readAt;
  }

  /** @param elapsedMs as `elapsed` returns */
  async wait(elapsedMs: number): Promise<void> {
    if (this.milliseconds === 0) return;
    const periods = Math.max(1, Math.ceil(elapsedMs / this.milliseconds));
    await this.clock.sleep(periods * this.milliseconds - elapsedMs);
  }
}

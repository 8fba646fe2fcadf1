import { Injectable } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';
import { kinds, type Kind } from './limits.js';
import { RateLimits } from './rate-limits.js';

@Injectable()
export class RateLimitMonitoring {
  constructor(registry: Registry, limits: RateLimits) {
    const refusals = new Counter({
      name: 'usher_rate_limit_refusals_total',
      help: 'Tries that a limit of ours refused, by what was tried and whose tries had been counted together',
      labelNames: ['kind', 'scope'],
      registers: [registry],
    });
    for (const kind of Object.keys(kinds) as Kind[])
      for (const { scope } of kinds[kind].limits) refusals.inc({ kind, scope }, 0);
    limits.observe((kind, scope) => refusals.inc({ kind, scope }));
  }
}

import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { EmailOfBody } from './account-of-request.js';
import { RateLimitGuard } from './rate-limit.guard.js';
import { RateLimitMonitoring } from './rate-limit-monitoring.js';
import { RateLimits } from './rate-limits.js';

@Global()
@Module({
  providers: [EmailOfBody, RateLimits, RateLimitMonitoring, { provide: APP_GUARD, useClass: RateLimitGuard }],
  exports: [EmailOfBody],
})
export class RateLimitsModule {}

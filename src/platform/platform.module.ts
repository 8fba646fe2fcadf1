import { Global, Module } from '@nestjs/common';
import { Clock } from './clock/clock.js';
import { Keys } from './crypto/keys.js';
import { Seal } from './crypto/seal.js';
import { CurrentRequest } from './http/current-request.js';
import { OriginCheck } from './http/origin-check.js';
import { RefusalTime } from './http/refusal-time.js';
import { Log } from './logging/log.js';

/** What every module may use and no product word belongs to. */
@Global()
@Module({
  providers: [Clock, CurrentRequest, Keys, Log, OriginCheck, RefusalTime, Seal],
  exports: [Clock, CurrentRequest, Keys, Log, OriginCheck, RefusalTime, Seal],
})
export class PlatformModule {}

import { Global, Module } from '@nestjs/common';
import { Clock } from './clock/clock.js';
import { Keys } from './crypto/keys.js';
import { Seal } from './crypto/seal.js';
import { Config } from './config/config.js';
import { CurrentRequest } from './http/current-request.js';
import { Draining } from './http/draining.js';
import { FinishedRequests } from './http/finished-requests.js';
import { OriginCheck } from './http/origin-check.js';
import { RefusalTime } from './http/refusal-time.js';
import { Log } from './logging/log.js';

const log = { provide: Log, inject: [Config], useFactory: ({ logLevel }: Config) => new Log(logLevel) };

/** What every module may use and no product word belongs to. */
@Global()
@Module({
  providers: [Clock, CurrentRequest, Draining, FinishedRequests, Keys, log, OriginCheck, RefusalTime, Seal],
  exports: [Clock, CurrentRequest, Draining, FinishedRequests, Keys, Log, OriginCheck, RefusalTime, Seal],
})
export class PlatformModule {}

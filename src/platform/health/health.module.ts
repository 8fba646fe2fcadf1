import { Global, Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { HealthController } from './health.controller.js';
import { HealthMonitoring } from './health-monitoring.js';
import { HealthParts } from './health-parts.js';
import { ReadinessService } from './readiness.service.js';

/** Whoever is a part that can be away says so in `HealthParts`. */
@Global()
@Module({
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController],
  providers: [HealthMonitoring, HealthParts, ReadinessService],
  exports: [HealthParts],
})
export class HealthModule {}

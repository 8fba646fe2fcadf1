import { Global, Module } from '@nestjs/common';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { HttpMonitoring } from './http-monitoring.js';
import { MetricsController } from './metrics.controller.js';

/** Whoever has something to measure registers it in the `Registry`. */
@Global()
@Module({
  controllers: [MetricsController],
  providers: [{ provide: Registry, useFactory: createRegistry }, HttpMonitoring],
  exports: [Registry],
})
export class MetricsModule {}

function createRegistry(): Registry {
  const registry = new Registry();
  // The process itself: CPU, memory, event loop.
  collectDefaultMetrics({ register: registry });
  return registry;
}

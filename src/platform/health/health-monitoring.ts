import { Injectable } from '@nestjs/common';
import { Registry } from 'prom-client';
import { readGauge } from '../metrics/read-gauge.js';
import { ReadinessService } from './readiness.service.js';

@Injectable()
export class HealthMonitoring {
  constructor(registry: Registry, readiness: ReadinessService) {
    readGauge(
      registry,
      {
        name: 'usher_health_part_up',
        help: 'What /health/ready says of each part: 1 where it is well',
        labelNames: ['part'],
      },
      async () => {
        const { details } = await readiness.read();
        return Object.entries(details).map(([part, { status }]) => ({
          labels: { part },
          value: status === 'up' ? 1 : 0,
        }));
      },
    );
  }
}

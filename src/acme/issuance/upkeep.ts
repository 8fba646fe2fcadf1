import { Injectable } from '@nestjs/common';
import { ExpiryWarnings } from './expiry-warnings.js';
import { Renewal } from './renewal.js';
import { RenewalPlan } from './renewal-plan.js';
import { ServedWatch } from './served-watch.js';
import type { Task } from './wanted-certificates.js';

/** All that keeps a certificate in place, in the order in which it is done. */
@Injectable()
export class Upkeep {
  readonly tasks: readonly Task[];

  constructor(plan: RenewalPlan, renewal: Renewal, served: ServedWatch, warnings: ExpiryWarnings) {
    this.tasks = [
      (certificate, settings) => plan.update(certificate, settings),
      (certificate, settings, signal) => renewal.renewIfDue(certificate, settings, signal),
      (certificate, settings) => plan.update(certificate, settings),
      (certificate, settings) => served.look(certificate, settings),
      (certificate, settings) => warnings.warn(certificate, settings),
    ];
  }
}

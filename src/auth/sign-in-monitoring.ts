import { Injectable } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';
import type { ErrorCode } from '#contracts';
import { RequestEvents } from '../common/http/request-events.js';

const steps: Record<string, string> = {
  '/auth/sign-in': 'password',
  '/sign-in': 'password',
  '/auth/challenge': 'challenge',
  '/sign-in/step': 'challenge',
};

/** Outcomes that alerts and dashboards compare are exported as 0 from the start; other codes when they first occur. */
const usual: (ErrorCode | SignInEnd)[] = [
  'signed_in',
  'challenge',
  'auth.invalid_credentials',
  'too_many_requests',
  'cognito.unavailable',
  'overloaded',
  'internal',
];

/** Outcome of a step that succeeds. */
export type SignInEnd = 'signed_in' | 'challenge';

@Injectable()
export class SignInMonitoring {
  constructor(registry: Registry, requests: RequestEvents) {
    const signIns = new Counter({
      name: 'usher_sign_ins_total',
      help: 'Steps of sign-ins, by outcome: signed_in, challenge (one more step), or the code of the error',
      labelNames: ['step', 'outcome'],
      registers: [registry],
    });
    for (const step of new Set(Object.values(steps)))
      for (const outcome of usual) signIns.inc({ step, outcome }, 0);
    requests.listen(({ route = '', outcome }) => {
      const step = steps[route];
      if (step !== undefined && outcome !== undefined) signIns.inc({ step, outcome });
    });
  }
}

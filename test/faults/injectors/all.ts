import type { FaultInjector } from './fault-injector.js';
import { clockAhead, clockBehind } from './clock.js';
import { cognitoDown, cognitoSlow, cognitoThrottles } from './cognito.js';
import { databaseRestarted, diskFull, diskFullReported } from './database.js';
import { lambdaFails, lambdaUnreachable } from './lambda.js';
import { mailDown } from './mail.js';
import { processKilled, processReplaced } from './processes.js';

/** `processKilled` is first: the mails that a killed process had leased are retried after two minutes. */
export const injectors: FaultInjector[] = [
  processKilled,
  processReplaced,
  clockAhead,
  clockBehind,
  databaseRestarted,
  cognitoThrottles,
  cognitoSlow,
  cognitoDown,
  mailDown,
  lambdaUnreachable,
  lambdaFails,
  diskFull,
  diskFullReported,
];

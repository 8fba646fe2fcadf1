import type { Breakage } from './breakage.js';
import { clockAhead, clockBehind } from './clock.js';
import { cognitoDown, cognitoSlow, cognitoThrottles } from './cognito.js';
import { databaseRestarted, diskFull, diskSaidFull } from './database.js';
import { lambdaFails, lambdaGone } from './lambda.js';
import { mailDown } from './mail.js';
import { processKilled, processReplaced } from './processes.js';

/** In this order; the mails that a killed process had taken come back after two minutes, so it goes first. */
export const breakages: Breakage[] = [
  processKilled,
  processReplaced,
  clockAhead,
  clockBehind,
  databaseRestarted,
  cognitoThrottles,
  cognitoSlow,
  cognitoDown,
  mailDown,
  lambdaGone,
  lambdaFails,
  diskFull,
  diskSaidFull,
];

import type { Check } from '../check.js';
import { emailVerifiedBeforeChange } from './email-verified-before-change.js';
import { passwordFlow } from './password-flow.js';
import { userMigrationTrigger } from './user-migration-trigger.js';
import { serviceChecks } from './service-checks.js';
import { writeAttributes } from './write-attributes.js';

/** In the order of reports. */
export const checks: readonly Check[] = [
  userMigrationTrigger,
  emailVerifiedBeforeChange,
  passwordFlow,
  writeAttributes,
  ...serviceChecks,
];

import type { Check } from '../check.js';
import { canary } from './canary.js';
import { emailVerifiedBeforeChange } from './email-verified-before-change.js';
import { formatFailing } from './format-failing.js';
import { passwordFlow } from './password-flow.js';
import { triggerSilent } from './trigger-silent.js';
import { userMigrationTrigger } from './user-migration-trigger.js';
import { writeAttributes } from './write-attributes.js';

/** In the order of reports. */
export const checks: readonly Check[] = [
  userMigrationTrigger,
  emailVerifiedBeforeChange,
  passwordFlow,
  writeAttributes,
  triggerSilent,
  formatFailing,
  canary,
];

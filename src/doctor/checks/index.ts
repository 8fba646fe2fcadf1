import type { Check } from '../check.js';
import { accountRecovery } from './account-recovery.js';
import { userAuthenticationLimit, userCreationLimit } from './account-limits.js';
import { appClientsExist } from './app-clients-exist.js';
import { caseSensitivity } from './case-sensitivity.js';
import { clientSecret } from './client-secret.js';
import { deletionProtection } from './deletion-protection.js';
import { emailSender } from './email-sender.js';
import { emailSignIn } from './email-sign-in.js';
import { emailVerifiedBeforeChange } from './email-verified-before-change.js';
import { existenceErrors } from './existence-errors.js';
import { legacyIdAttribute } from './legacy-id-attribute.js';
import { logDelivery } from './log-delivery.js';
import { messageFailures } from './message-failures.js';
import { mfaFactors } from './mfa-factors.js';
import { passwordFlow } from './password-flow.js';
import { poolExists } from './pool-exists.js';
import { preSignUp } from './pre-sign-up.js';
import { readAttributes } from './read-attributes.js';
import { refreshFlow } from './refresh-flow.js';
import { refreshTokenValidity } from './refresh-token-validity.js';
import { requiredAttributes } from './required-attributes.js';
import { threatProtection } from './threat-protection.js';
import { tokenRevocation } from './token-revocation.js';
import { canary } from './canary.js';
import { formatFailing } from './format-failing.js';
import { triggerSilent } from './trigger-silent.js';
import { userMigrationTrigger } from './user-migration-trigger.js';
import { serviceChecks } from './service-checks.js';
import { writeAttributes } from './write-attributes.js';

/** In the order of reports. */
export const checks: readonly Check[] = [
  poolExists,
  userMigrationTrigger,
  emailSignIn,
  caseSensitivity,
  legacyIdAttribute,
  requiredAttributes,
  emailVerifiedBeforeChange,
  preSignUp,
  accountRecovery,
  messageFailures,
  emailSender,
  logDelivery,
  mfaFactors,
  threatProtection,
  deletionProtection,
  appClientsExist,
  passwordFlow,
  clientSecret,
  existenceErrors,
  tokenRevocation,
  refreshFlow,
  refreshTokenValidity,
  readAttributes,
  writeAttributes,
  userAuthenticationLimit,
  userCreationLimit,
  ...serviceChecks,
  triggerSilent,
  formatFailing,
  canary,
];

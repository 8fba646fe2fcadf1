import { userPoolConfig } from '../../common/config/cognito.config.js';
import { Reconciliation } from '../../migration/reconciliation.js';
import { ReconciliationModule } from '../../migration/reconciliation.module.js';
import { inContextOf } from './command-context.js';

export const withReconciliation = inContextOf(ReconciliationModule, Reconciliation, {
  userPool: userPoolConfig,
});

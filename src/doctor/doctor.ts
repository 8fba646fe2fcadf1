import { types } from 'node:util';
import { isAppError } from '../common/errors/app-error.js';
import type { Area, Check, Finding } from './check.js';
import { isNotFound } from './checks/pool-exists.js';
import { type Facts, NotChecked, NothingToCheck } from './facts.js';

export { checks } from './checks/index.js';

export interface DoctorReport {
  checks: { id: string; area: Area; status: 'ok' | 'finding' | 'skipped' }[];
  /** What could not be looked at. */
  skipped: { id: string; why: string }[];
  findings: Finding[];
}

export interface Examination {
  report: DoctorReport;
  /** The ids of skipped checks that would have something to look at. */
  missed: string[];
  /** Whether Cognito described the pool. */
  poolWasRead: boolean;
  /** Whether a skipped check may succeed later without a change of the configuration. */
  mayRetry: boolean;
}

/**
 * Runs checks one after another: facts that several of them use are read once.
 * @param onCheck called before each check
 */
export async function examine(
  checks: readonly Check[],
  facts: Facts,
  onCheck: (check: Check, index: number) => void = () => undefined,
): Promise<Examination> {
  const report: DoctorReport = { checks: [], skipped: [], findings: [] };
  const missed: string[] = [];
  let mayRetry = false;
  for (const [index, check] of checks.entries()) {
    onCheck(check, index);
    const { id, area } = check;
    try {
      const found = [(await check.find(facts)) ?? []].flat();
      report.findings.push(...found.map((problem) => ({ id, area, ...problem })));
      report.checks.push({ id, area, status: found.length > 0 ? 'finding' : 'ok' });
    } catch (error) {
      report.checks.push({ id, area, status: 'skipped' });
      report.skipped.push({ id, why: whyNot(error) });
      if (!(error instanceof NothingToCheck)) missed.push(id);
      mayRetry ||= isOutage(error);
    }
  }
  // That there is no such pool is an answer, too.
  const poolWasRead = await facts.pool().then(() => true, isNotFound);
  return { report, missed, poolWasRead, mayRetry };
}

const isOutage = (error: unknown): boolean =>
  error instanceof NotChecked
    ? error.isOutage
    : isAppError(error, 'cognito.unavailable', 'legacy.unavailable', 'overloaded');

/** Names of AWS for a missing permission. */
const denied = ['AccessDeniedException', 'NotAuthorizedException', 'UnauthorizedException'];

/** The messages of AWS name the operation and the principal, and contain no secret. */
function whyNot(error: unknown): string {
  if (error instanceof NotChecked) return error.message;
  if (isAppError(error, 'cognito.credentials_missing')) return 'AWS credentials not found';
  if (isAppError(error, 'legacy.unavailable')) return 'the legacy source does not answer';
  const cause = isAppError(error) && error.cause !== undefined ? error.cause : error;
  const { name, message } = types.isNativeError(cause) ? cause : new Error(String(cause));
  if (denied.includes(name)) return `the AWS credentials do not allow it: ${message}`;
  if (isAppError(error, 'cognito.unavailable')) return `Cognito does not answer (${name})`;
  return name === 'Error' ? message : `${name}: ${message}`;
}

import { Inject, Injectable } from '@nestjs/common';
import { longestBcryptInput } from '#password-hashes';
import { type PoolPasswordPolicy, UserDirectory } from '../cognito/user-directory.js';
import { type LegacyHashesConfig, legacyHashesConfig } from '../common/config/migration.config.js';
import { AppError, type InvalidField, isAppError } from '../common/errors/app-error.js';

/** A new password. A confirmation is compared if it is sent. */
interface NewPassword {
  password?: string | undefined;
  passwordConfirmation?: string | undefined;
}

const blank: InvalidField = {
  field: 'password',
  problem: 'passwords.blank',
  message: 'password.blank',
};

const mismatch: InvalidField = {
  field: 'passwordConfirmation',
  problem: 'passwords.confirmation_mismatch',
  message: 'password.mismatch',
};

/** @throws AppError `passwords.blank` @returns the password */
export function requirePassword(given: unknown): string {
  if (typeof given !== 'string' || isBlank(given)) throw new AppError('passwords.blank', { errors: [blank] });
  return given;
}

/**
 * @param otherIssues of the same request
 * @returns the password
 * @throws AppError with the code of the first issue and all issues in `errors`: `passwords.blank`, `passwords.confirmation_mismatch`,
 * the codes of `otherIssues`
 */
export function validateNewPassword(
  { password, passwordConfirmation }: NewPassword,
  otherIssues: InvalidField[] = [],
): string {
  const given = password ?? '';
  const issues = [...otherIssues];
  if (passwordConfirmation != null && passwordConfirmation !== given) issues.unshift(mismatch);
  if (isBlank(given)) issues.unshift(blank);
  const [first] = issues;
  if (first?.problem !== undefined) throw new AppError(first.problem, { errors: issues });
  return given;
}

export const isBlank = (text: string | null | undefined): boolean => text == null || text.trim() === '';

/** Cognito's defaults, for pools whose policy cannot be read ("Adding user pool password requirements"). */
const defaults: Pick<PoolPasswordPolicy, keyof typeof patterns | 'minimumLength'> = {
  minimumLength: 8,
  requireUppercase: true,
  requireLowercase: true,
  requireNumbers: true,
  requireSymbols: true,
};

/** The rules about characters: the pattern that a password must match, and the message of a violation. */
export const patterns = {
  requireUppercase: [/[A-Z]/, 'password.needs_upper_case'],
  requireLowercase: [/[a-z]/, 'password.needs_lower_case'],
  requireNumbers: [/[0-9]/, 'password.needs_digit'],
  // Cognito's list of symbols, with the space.
  requireSymbols: [/[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+\- ]/, 'password.needs_symbol'],
} as const satisfies Record<string, [RegExp, InvalidField['message']]>;

type Rule = keyof typeof patterns;

/** Checks the pool's policy for passwords that the pool does not have yet, because Cognito does not apply it at a migration. */
@Injectable()
export class PasswordPolicy {
  constructor(
    private readonly directory: UserDirectory,
    @Inject(legacyHashesConfig.KEY) private readonly config: LegacyHashesConfig,
  ) {}

  /** @throws AppError `passwords.policy`, with each violated rule in `errors` */
  async check(password: string): Promise<void> {
    const violated = violations(password, await this.policy());
    const [pepper = ''] = this.config.peppers;
    if (Buffer.byteLength(password + pepper) > longestBcryptInput)
      violated.push({ message: 'password.too_long' });
    if (violated.length === 0) return;
    const errors = violated.map((violation) => ({ field: 'password', ...violation }));
    throw new AppError('passwords.policy', { errors });
  }

  private async policy(): Promise<typeof defaults> {
    try {
      return await this.directory.passwordPolicy();
    } catch (error) {
      if (isAppError(error, 'cognito.credentials_missing')) return defaults;
      throw error;
    }
  }
}

type Violation = Omit<InvalidField, 'field'>;

function violations(password: string, policy: typeof defaults): Violation[] {
  const violated: Violation[] = [];
  if ([...password].length < policy.minimumLength)
    violated.push({ message: 'password.too_short', params: { minimum: policy.minimumLength } });
  for (const rule of Object.keys(patterns) as Rule[]) {
    const [pattern, message] = patterns[rule];
    if (policy[rule] && !pattern.test(password)) violated.push({ message });
  }
  // Cognito's pattern of a password (API reference, ChangePassword). `.` does not match a line break.
  if (!/^\S+.*\S+$/.test(password) && password.length > 1)
    violated.push({ message: 'password.outer_white_space' });
  return violated;
}

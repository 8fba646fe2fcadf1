import { Injectable } from '@nestjs/common';
import { longestBcryptInput } from '#password-hashes';
import { type PasswordPolicy, UserDirectory } from '../cognito/user-directory.js';
import { Config } from '../platform/config/config.js';
import { AppError, type FieldFault, isAppError } from '../platform/errors/app-error.js';

/** Cognito's own, for pools whose policy we may not read ("Adding user pool password requirements"). */
const defaults: Pick<PasswordPolicy, keyof typeof patterns | 'minimumLength'> = {
  minimumLength: 8,
  requireUppercase: true,
  requireLowercase: true,
  requireNumbers: true,
  requireSymbols: true,
};

const patterns = {
  requireUppercase: [/[A-Z]/, 'password.needs_upper_case'],
  requireLowercase: [/[a-z]/, 'password.needs_lower_case'],
  requireNumbers: [/[0-9]/, 'password.needs_digit'],
  // The symbols Cognito counts, a space included.
  requireSymbols: [/[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+\- ]/, 'password.needs_symbol'],
} as const satisfies Record<string, [RegExp, FieldFault['fault']]>;

type Rule = keyof typeof patterns;

/**
 * The pool's rules for passwords that are not in the pool yet: Cognito does not ask its policy when it takes a user over,
 * but it would at the first change.
 */
@Injectable()
export class PasswordRules {
  constructor(
    private readonly directory: UserDirectory,
    private readonly config: Config,
  ) {}

  /** @throws AppError `passwords.policy`, with each broken rule in `errors` */
  async check(password: string): Promise<void> {
    const broken = brokenRules(password, await this.policy());
    const [pepper = ''] = this.config.migration.peppers;
    if (Buffer.byteLength(password + pepper) > longestBcryptInput) broken.push('password.too_long');
    if (broken.length === 0) return;
    const errors = broken.map((fault) => ({
      field: 'password',
      code: 'passwords.policy' as const,
      fault,
    }));
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

function brokenRules(password: string, policy: typeof defaults): FieldFault['fault'][] {
  const broken: FieldFault['fault'][] = [];
  if ([...password].length < policy.minimumLength) broken.push('password.too_short');
  for (const rule of Object.keys(patterns) as Rule[]) {
    const [pattern, fault] = patterns[rule];
    if (policy[rule] && !pattern.test(password)) broken.push(fault);
  }
  // Cognito takes no password that begins or ends with white space.
  if (password !== password.trim()) broken.push('password.against_the_rules');
  return broken;
}

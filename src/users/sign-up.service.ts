import { Injectable } from '@nestjs/common';
import type { SignUpRequest } from '#contracts';
import { Keys } from '../platform/crypto/keys.js';
import type { Language } from '../platform/texts/languages.js';
import { passwordTags } from './confirmation/password-tags.js';
import { faultsOf, isBlank, refuse } from './new-password.js';
import { PasswordChecks } from './password-checks.js';
import { PasswordRules } from './password-rules.js';
import { PendingSignUps } from './pending-sign-ups.js';

@Injectable()
export class SignUpService {
  constructor(
    private readonly rules: PasswordRules,
    private readonly passwords: PasswordChecks,
    private readonly pending: PendingSignUps,
    private readonly keys: Keys,
  ) {}

  /**
   * The same work, whoever the address belongs to: a hash, and one mail.
   * @throws AppError `passwords.blank`, `passwords.confirmation_mismatch`, `passwords.policy`, `overloaded`
   */
  async signUp(request: SignUpRequest, language: Language): Promise<void> {
    refuse(faultsOf(request));
    const { email, password, firstName = null, lastName = null } = request;
    if (isBlank(password)) throw new TypeError('refusals are incomplete');
    await this.rules.check(password);
    const passwordHash = await this.passwords.hash(password);
    const [passwordTag] = passwordTags(this.keys, password);
    await this.pending.begin({ email, passwordHash, passwordTag, firstName, lastName }, language);
  }
}

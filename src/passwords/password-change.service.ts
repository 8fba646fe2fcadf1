import { Injectable } from '@nestjs/common';
import type { ChangePasswordRequest } from '#contracts';
import { IdentityProvider } from '../cognito/identity-provider.js';
import type { Principal } from '../platform/http/current-user.decorator.js';
import type { Language } from '../platform/texts/languages.js';
import { ProfileService } from '../users/profile.service.js';
import { faultsOf, isBlank, refuse } from '../users/new-password.js';
import { PasswordChanges } from './password-changes.js';

@Injectable()
export class PasswordChangeService {
  constructor(
    private readonly identityProvider: IdentityProvider,
    private readonly profiles: ProfileService,
    private readonly changes: PasswordChanges,
  ) {}

  /**
   * @throws AppError `passwords.blank`, `passwords.confirmation_mismatch`, then what `IdentityProvider.changePassword`, `PasswordChanges.make` and
   * `ProfileService.of` throw
   */
  async change(caller: Principal, request: ChangePasswordRequest, language: Language): Promise<void> {
    refuse(faultsOf(request));
    const { currentPassword, password } = request;
    if (isBlank(password)) throw new TypeError('refusals are incomplete');
    await this.profiles.of(caller);
    const { sub, username, originJti: keep = null, authTime, accessToken } = caller;
    await this.changes.make(
      { kind: 'change', username, sub, keep, authTime, language },
      { ask: () => this.identityProvider.changePassword(accessToken, currentPassword, password) },
    );
  }
}

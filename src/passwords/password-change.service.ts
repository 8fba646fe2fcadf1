import { Injectable } from '@nestjs/common';
import type { ChangePasswordRequest } from '#contracts';
import { IdentityProvider } from '../cognito/identity-provider.js';
import type { Principal } from '../platform/http/current-user.decorator.js';
import type { Language } from '../platform/texts/languages.js';
import { ProfileService } from '../users/profile.service.js';
import { faultsOf, isBlank, refuse } from '../users/new-password.js';
import { PasswordAftermath } from './password-aftermath.js';

@Injectable()
export class PasswordChangeService {
  constructor(
    private readonly identityProvider: IdentityProvider,
    private readonly profiles: ProfileService,
    private readonly aftermath: PasswordAftermath,
  ) {}

  /**
   * @throws AppError `passwords.blank`, `passwords.confirmation_mismatch`, then what `IdentityProvider.changePassword` and
   * `ProfileService.of` throw
   */
  async change(caller: Principal, request: ChangePasswordRequest, language: Language): Promise<void> {
    refuse(faultsOf(request));
    const { currentPassword, password } = request;
    if (isBlank(password)) throw new TypeError('refusals are incomplete');
    const user = await this.profiles.of(caller);
    await this.identityProvider.changePassword(caller.accessToken, currentPassword, password);
    await this.aftermath.ofChange(user, caller, language);
  }
}

import { Injectable } from '@nestjs/common';
import type { TotpEnrolmentResponse, VerifyTotpRequest } from '#contracts';
import { IdentityProvider, type TotpOwner } from '../cognito/identity-provider.js';
import { Config } from '../platform/config/config.js';
import type { Principal } from '../platform/http/current-user.decorator.js';
import { ProfileService } from '../users/profile.service.js';
import { totpEnrolment } from './totp-enrolment.js';

interface Association {
  enrolment: TotpEnrolmentResponse;
  /** Cognito's next session, during a sign-in. */
  session: string | undefined;
}

/** Authenticator apps. Their secrets are Cognito's; we only show them once. */
@Injectable()
export class TotpService {
  private readonly issuer: string;

  constructor(
    private readonly identityProvider: IdentityProvider,
    private readonly profiles: ProfileService,
    config: Config,
  ) {
    this.issuer = config.http.publicUrl.host;
  }

  /** @param account what the app shows as the owner */
  async associate(owner: TotpOwner, account: string): Promise<Association> {
    const { secretCode, session } = await this.identityProvider.associateSoftwareToken(owner);
    return { enrolment: totpEnrolment(secretCode, { issuer: this.issuer, account }), session };
  }

  /** @throws AppError `auth.token_invalid`, `auth.account_link_conflict` */
  async enrol(principal: Principal): Promise<TotpEnrolmentResponse> {
    const { email } = await this.profiles.of(principal);
    return (await this.associate({ accessToken: principal.accessToken }, email)).enrolment;
  }

  /**
   * The app has shown the right code: from now on it is asked for at every sign-in.
   * @throws AppError `auth.code_wrong`, `auth.code_expired`, `auth.token_invalid`
   */
  async verify(principal: Principal, { code, deviceName }: VerifyTotpRequest): Promise<void> {
    await this.profiles.of(principal);
    const { accessToken } = principal;
    await this.identityProvider.verifySoftwareToken({ accessToken }, code, deviceName);
    await this.identityProvider.preferSoftwareToken(accessToken, true);
  }

  /** @throws AppError `auth.token_invalid` */
  async disable(principal: Principal): Promise<void> {
    await this.profiles.of(principal);
    await this.identityProvider.preferSoftwareToken(principal.accessToken, false);
  }
}

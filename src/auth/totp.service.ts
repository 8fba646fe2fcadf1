import { Inject, Injectable } from '@nestjs/common';
import {
  type MfaResponse,
  normaliseCode,
  type TotpEnrolmentResponse,
  type VerifyTotpRequest,
  type UserId,
} from '#contracts';
import { IdentityProvider, type TotpOwner } from '../cognito/identity-provider.js';
import { type HttpConfig, httpConfig } from '../common/config/http.config.js';
import type { Principal } from '../common/http/caller.decorators.js';
import { Log } from '../common/logging/log.js';
import type { Language } from '../i18n/languages.js';
import { MfaChanges } from '../users/mfa-changes.js';
import { CurrentUserService } from '../users/current-user.service.js';
import { UsersService } from '../users/users.service.js';
import type { LocalUser } from '../users/user.js';
import { RecentProofsRepository } from './persistence/recent-proofs.repository.js';
import { qrCodeSvg } from './qr-code.js';

interface Association {
  enrolment: TotpEnrolmentResponse;
  /** Cognito's next session, during a sign-in. */
  session: string | undefined;
}

/** Authenticator apps. Cognito keeps their secrets; Usher shows them once. */
@Injectable()
export class TotpService {
  private readonly issuer: string;

  constructor(
    private readonly identityProvider: IdentityProvider,
    private readonly currentUser: CurrentUserService,
    private readonly proofs: RecentProofsRepository,
    private readonly changes: MfaChanges,
    private readonly users: UsersService,
    private readonly log: Log,
    @Inject(httpConfig.KEY) config: HttpConfig,
  ) {
    this.issuer = config.appName;
  }

  /** @returns the caller's second factors @throws AppError `auth.token_invalid`, `auth.account_link_conflict` */
  async read(principal: Principal): Promise<MfaResponse> {
    await this.currentUser.resolve(principal);
    const { factors, preferred } = await this.identityProvider.getFactors(principal.accessToken);
    const [totp, sms, email] = (['totp', 'sms', 'email'] as const).map((factor) => factors.includes(factor));
    return { totp: totp ?? false, sms: sms ?? false, email: email ?? false, preferred, recoveryCodesLeft: 0 };
  }

  /** @param account label of the app's entry @returns a URI in Google Authenticator's "Key Uri Format" */
  otpauthUri(secretCode: string, account: string): string {
    const issuer = encodeURIComponent(this.issuer);
    const label = `${issuer}:${encodeURIComponent(account)}`;
    return `otpauth://totp/${label}?secret=${secretCode}&issuer=${issuer}`;
  }

  /** @param account label of the app's entry */
  async associate(owner: TotpOwner, account: string): Promise<Association> {
    const { secretCode, session } = await this.identityProvider.associateSoftwareToken(owner);
    const otpauthUri = this.otpauthUri(secretCode, account);
    return { enrolment: { secretCode, otpauthUri, qrCodeSvg: qrCodeSvg(otpauthUri) }, session };
  }

  /**
   * Changes no factor: an enabled app stays enabled until the new one is verified.
   * @throws AppError `auth.token_invalid`, `auth.account_link_conflict`
   */
  async enrol(principal: Principal): Promise<TotpEnrolmentResponse> {
    const { email } = await this.currentUser.resolve(principal);
    const { enrolment } = await this.associate({ accessToken: principal.accessToken }, email);
    await this.proofs.recordEnrolment(principal);
    return enrolment;
  }

  /**
   * Enables the app for every sign-in if the code is right. It replaces an earlier app.
   * @throws AppError `auth.code_wrong`, `auth.code_expired`, `auth.token_invalid`, `overloaded`
   */
  async verify(
    principal: Principal,
    { code, deviceName }: VerifyTotpRequest,
    language: Language,
  ): Promise<void> {
    const { accessToken } = principal;
    const { id } = await this.currentUser.resolve(principal);
    const removals = await this.changes.findUnfinishedRemovals(id);
    const { totp, sms, email } = await this.read(principal);
    if (!totp && !sms && !email) await this.changes.finishRemovals(removals);
    const action = totp ? 'replace-totp' : 'enable-totp';
    await this.changes.make(
      { action, userId: id, actorId: id, ...sessionOf(principal), language, details: {} },
      () => this.identityProvider.verifySoftwareToken({ accessToken }, normaliseCode(code), deviceName),
      () => this.identityProvider.preferSoftwareToken(accessToken, true),
    );
    await this.endEnrolment(principal);
  }

  /** Never throws: the app is enabled. A remaining enrolment allows no other change without another enrolment, and expires. */
  private async endEnrolment(principal: Principal): Promise<void> {
    try {
      await this.proofs.endEnrolment(principal);
    } catch (error) {
      this.log.warn('failed to end the enrolment of an authenticator app', { error });
    }
  }

  /** For an app that was set up during a sign-in, which has proved the password. Never throws. */
  async recordSetup(
    { user: { id }, originJti, authTime }: Pick<Principal, 'originJti' | 'authTime'> & { user: LocalUser },
    language: Language,
  ): Promise<void> {
    await this.recordDuringSignIn(id, { keep: originJti ?? null, authTime }, language);
  }

  /** As `recordSetup`, for a sign-in that was refused after Cognito had accepted the app: revokes no sessions. */
  async recordRefusedSetup(sub: string, language: Language): Promise<void> {
    try {
      const user = await this.users.findBySub(sub);
      if (user) await this.recordDuringSignIn(user.id, { keep: null, authTime: null }, language);
    } catch (error) {
      this.log.error('failed to record a change of the second factor', { error });
    }
  }

  private async recordDuringSignIn(
    id: UserId,
    session: { keep: string | null; authTime: number | null },
    language: Language,
  ): Promise<void> {
    const change = {
      action: 'enable-totp',
      userId: id,
      actorId: id,
      details: { during: 'sign-in' },
    } as const;
    // A removal since the start of the sign-in would have refused it.
    await this.changes.recordMade({ ...change, ...session, language }, session.authTime !== null);
  }

  /** Does nothing if no app is enabled. @throws AppError `auth.token_invalid`, `overloaded` */
  async disable(principal: Principal, language: Language): Promise<void> {
    const { id } = await this.currentUser.resolve(principal);
    const { totp } = await this.read(principal);
    if (!totp) return;
    await this.changes.make(
      { action: 'disable-totp', userId: id, actorId: id, ...sessionOf(principal), language, details: {} },
      () => this.identityProvider.preferSoftwareToken(principal.accessToken, false),
    );
  }
}

const sessionOf = ({ originJti, authTime }: Principal) => ({ keep: originJti ?? null, authTime });

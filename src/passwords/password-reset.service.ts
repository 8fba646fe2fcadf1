import { Injectable } from '@nestjs/common';
import type { ResetPasswordRequest } from '#contracts';
import { IdentityProvider } from '../cognito/identity-provider.js';
import { AppError, type FieldFault } from '../platform/errors/app-error.js';
import { normaliseEmail } from '../users/email.js';
import { UsersService } from '../users/users.service.js';

@Injectable()
export class PasswordResetService {
  constructor(
    private readonly identityProvider: IdentityProvider,
    private readonly users: UsersService,
  ) {}

  /** Has Cognito mail a code, where there is somebody to mail it to. Says nothing about whether there is. */
  async begin(email: string): Promise<void> {
    const user = await this.users.findByEmail(email);
    if (user?.disabled) return;
    await this.identityProvider.forgotPassword(normaliseEmail(email));
  }

  /**
   * @param email of the reset under way, when there is one
   * @throws AppError the first of the four refusals, with all of them in `errors`; then what Cognito says of the code and
   * the password
   */
  async finish(request: ResetPasswordRequest, email: string | undefined): Promise<void> {
    const { code, password } = request;
    const refusals = refuse(request, email);
    const [first] = refusals;
    if (first?.code !== undefined) throw new AppError(first.code, { errors: refusals });
    if (isBlank(code) || isBlank(password) || isBlank(email)) throw new TypeError('refusals are incomplete');
    await this.identityProvider.confirmForgotPassword(normaliseEmail(email), code.trim(), password);
    const user = await this.users.findByEmail(email);
    if (user) await this.users.recordPasswordReset(user.id);
  }
}

const isBlank = (text: string | null | undefined): text is undefined => text == null || text.trim() === '';

/** In the order in which they count. */
function refuse(
  { code, password, passwordConfirmation }: ResetPasswordRequest,
  email: string | undefined,
): FieldFault[] {
  const rules: [refused: boolean, fault: FieldFault][] = [
    [isBlank(password), { field: 'password', code: 'passwords.blank', fault: 'password.blank' }],
    [
      (password ?? '') !== (passwordConfirmation ?? ''),
      {
        field: 'passwordConfirmation',
        code: 'passwords.confirmation_mismatch',
        fault: 'password.differs',
      },
    ],
    [isBlank(code), { field: 'code', code: 'passwords.code_missing', fault: 'code.missing' }],
    [isBlank(email), { field: 'email', code: 'passwords.reset_not_started', fault: 'reset.not_started' }],
  ];
  return rules.filter(([refused]) => refused).map(([, fault]) => fault);
}

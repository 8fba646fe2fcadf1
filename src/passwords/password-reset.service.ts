import { normaliseEmail, type ResetPasswordRequest } from '#contracts';
import { Injectable } from '@nestjs/common';
import type { FieldFault } from '../platform/errors/app-error.js';
import type { Language } from '../platform/texts/languages.js';
import { faultsOf, isBlank, refuse } from '../users/new-password.js';
import { PasswordChanges } from './password-changes.js';
import { ResetOwners } from './reset-owners.js';
import { ResetCodes } from './reset-codes.js';
import { ResetPreparation } from './reset-preparation.js';

@Injectable()
export class PasswordResetService {
  constructor(
    private readonly codes: ResetCodes,
    private readonly preparation: ResetPreparation,
    private readonly owners: ResetOwners,
    private readonly changes: PasswordChanges,
  ) {}

  /** Has Cognito mail a code, where there is somebody to mail it to. Says nothing about whether there is. */
  async begin(email: string, language: Language): Promise<void> {
    const username = normaliseEmail(email);
    if (await this.preparation.isCodeTheWay(username, language)) await this.codes.send(username);
  }

  /**
   * @param email of the reset under way, when there is one
   * @throws AppError the first of the four refusals, with all of them in `errors`; then what Cognito says of the code and
   * the password; `overloaded` when the database is away before Cognito is asked
   */
  async finish(request: ResetPasswordRequest, email: string | undefined, language: Language): Promise<void> {
    const { code, password } = request;
    refuse([...faultsOf(request), ...faultsOfCode(code, email)]);
    if (isBlank(code) || isBlank(password) || isBlank(email)) throw new TypeError('refusals are incomplete');
    const username = normaliseEmail(email);
    const wanted = { kind: 'reset', username, sub: null, keep: null, authTime: null, language } as const;
    await this.changes.make(wanted, {
      ask: () => this.codes.confirm(username, code.trim(), password),
      findSub: (address) => this.owners.find(address, password),
    });
  }
}

function faultsOfCode(code: string | undefined, email: string | undefined): FieldFault[] {
  const faults: FieldFault[] = [];
  if (isBlank(code)) faults.push({ field: 'code', code: 'passwords.code_missing', fault: 'code.missing' });
  if (isBlank(email))
    faults.push({ field: 'email', code: 'passwords.reset_not_started', fault: 'reset.not_started' });
  return faults;
}

import { AppError, type FieldFault } from '../platform/errors/app-error.js';

/** A password that is to be set, typed twice. */
export interface NewPassword {
  password?: string | undefined;
  passwordConfirmation?: string | undefined;
}

export const isBlank = (text: string | null | undefined): text is undefined =>
  text == null || text.trim() === '';

/** What is wrong with it before anybody asks the pool, in the order in which it counts. */
export function faultsOf({ password, passwordConfirmation }: NewPassword): FieldFault[] {
  const faults: FieldFault[] = [];
  if (isBlank(password)) faults.push({ field: 'password', code: 'passwords.blank', fault: 'password.blank' });
  if ((password ?? '') !== (passwordConfirmation ?? ''))
    faults.push({
      field: 'passwordConfirmation',
      code: 'passwords.confirmation_mismatch',
      fault: 'password.differs',
    });
  return faults;
}

/** @throws AppError with the first fault's code, and all of them in `errors` */
export function refuse(faults: FieldFault[]): void {
  const [first] = faults;
  if (first?.code !== undefined) throw new AppError(first.code, { errors: faults });
}

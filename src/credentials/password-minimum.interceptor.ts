import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { catchError, from, map, type Observable } from 'rxjs';
import { UserDirectory } from '../cognito/user-directory.js';
import { AppError, isAppError } from '../common/errors/app-error.js';

const tooShort = 'password.too_short';

/** Adds the pool's minimum length to Cognito's refusal of a short password, whose message does not name it. */
@Injectable()
export class PasswordMinimumInterceptor implements NestInterceptor {
  constructor(private readonly directory: UserDirectory) {}

  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      catchError((error: unknown) =>
        from(this.withMinimum(error)).pipe(
          map((explained) => {
            throw explained;
          }),
        ),
      ),
    );
  }

  /** @returns the same error if the pool's policy cannot be read */
  private async withMinimum(error: unknown): Promise<unknown> {
    const { errors = [] } = isAppError(error, 'passwords.policy') ? error : {};
    if (!errors.some(({ message }) => message === tooShort)) return error;
    try {
      const params = { minimum: (await this.directory.passwordPolicy()).minimumLength };
      const explained = errors.map((one) => (one.message === tooShort ? { ...one, params } : one));
      return new AppError('passwords.policy', { cause: error, errors: explained });
    } catch {
      return error;
    }
  }
}

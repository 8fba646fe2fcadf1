import { createParamDecorator, type ExecutionContext } from '@nestjs/common';

/** Who calls, as the verified access token says. Nothing here was typed by the caller. */
export interface Principal {
  /** Cognito's `sub`. */
  sub: string;
  /** Cognito's username: the `sub` again in a pool whose usernames are addresses. */
  username: string;
  /** The app client the token was issued to. */
  clientId: string;
  /** Cognito groups (`cognito:groups`). */
  groups: readonly string[];
  /** OAuth scopes of the token. */
  scopes: readonly string[];
  /** The token family (`origin_jti`); absent where the app client does not allow revocation. */
  originJti: string | undefined;
  /** When the session began, in seconds since 1970 (`auth_time`). */
  authTime: number;
  /** For questions to Cognito on the caller's behalf. Never logged. */
  accessToken: string;
}

/** The verified caller of a closed route. */
export const CurrentUser = createParamDecorator((_data: unknown, context: ExecutionContext): Principal => {
  return context.switchToHttp().getRequest<{ user: Principal }>().user;
});

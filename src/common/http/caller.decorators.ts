import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type Language, languageOf } from '../../i18n/languages.js';

/** The caller, from the verified access token. */
export interface Principal {
  /** Cognito's `sub`. */
  sub: string;
  /** Cognito's username: equal to `sub` in a pool whose usernames are addresses. */
  username: string;
  /** The app client that the token was issued to. */
  clientId: string;
  /** Cognito groups (`cognito:groups`). */
  groups: readonly string[];
  /** OAuth scopes of the token. */
  scopes: readonly string[];
  /** The token family (`origin_jti`); undefined if the app client does not enable token revocation. */
  originJti: string | undefined;
  /** The time of the sign-in, in seconds since 1970 (`auth_time`). */
  authTime: number;
  /** For Cognito operations on the caller's behalf. Never logged. */
  accessToken: string;
}

/** The verified caller of a route that is not public. */
export const CurrentUser = createParamDecorator((_data: unknown, context: ExecutionContext): Principal => {
  return context.switchToHttp().getRequest<{ user: Principal }>().user;
});

/** The supported language that matches `Accept-Language` best. */
export const CallerLanguage = createParamDecorator((_data: unknown, context: ExecutionContext): Language => {
  const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
  return languageOf(headers['accept-language']);
});

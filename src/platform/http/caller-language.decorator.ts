import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type Language, languageOf } from '../texts/languages.js';

/** The language the caller reads, as far as we speak it (`Accept-Language`). */
export const CallerLanguage = createParamDecorator((_data: unknown, context: ExecutionContext): Language => {
  const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
  return languageOf(headers['accept-language']);
});

import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

/** The caller of `/aws/auth` has no valid token. */
export class MigrationTokenRefused extends Error {}

/** 401 with an empty body, as the original Rails endpoint answers: nothing to learn from. */
@Catch(MigrationTokenRefused)
export class MigrationTokenRefusedFilter implements ExceptionFilter {
  catch(_refused: MigrationTokenRefused, host: ArgumentsHost): void {
    host.switchToHttp().getResponse<FastifyReply>().status(401).header('www-authenticate', 'Bearer').send();
  }
}

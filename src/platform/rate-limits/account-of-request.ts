import { canonicalEmail } from '#contracts';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** Says which account a request is about, by any text that stands for it. A provider, so that it can open what is sealed. */
export interface AccountOfRequest {
  /** Nothing of the request was checked yet: anything may be in it. */
  accountOf(request: FastifyRequest): string | undefined;
}

/** The account is the address in the body, in whatever spelling, whether it has an account or not. */
@Injectable()
export class EmailOfBody implements AccountOfRequest {
  accountOf({ body }: FastifyRequest): string | undefined {
    if (typeof body !== 'object' || body === null || !('email' in body)) return undefined;
    return typeof body.email === 'string' ? canonicalEmail(body.email) : undefined;
  }
}

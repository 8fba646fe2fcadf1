import { canonicalEmail } from '#contracts';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type AccountOfRequest, EmailOfBody } from '../platform/rate-limits/account-of-request.js';
import { ResetCookie } from './reset-cookie.js';

/** Whose reset is tried: the address in the body or, as with the reset itself, the one in the cookie. */
@Injectable()
export class ResetAccount implements AccountOfRequest {
  constructor(
    private readonly body: EmailOfBody,
    private readonly cookie: ResetCookie,
  ) {}

  accountOf(request: FastifyRequest): string | undefined {
    return this.body.accountOf(request) ?? this.ofCookie(request);
  }

  private ofCookie(request: FastifyRequest): string | undefined {
    const email = this.cookie.read(request);
    return email === undefined ? undefined : canonicalEmail(email);
  }
}

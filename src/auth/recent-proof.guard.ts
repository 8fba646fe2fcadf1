import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../common/errors/app-error.js';
import type { Principal } from '../common/http/caller.decorators.js';
import { type ProofRoute, requiredProof } from '../common/http/access.decorators.js';
import { validateDto } from '../common/http/validate-dto.js';
import { RecentProofService } from './recent-proof.service.js';

/** The fourth global guard, for the routes marked `@RecentProof()`. */
@Injectable()
export class RecentProofGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly proofs: RecentProofService,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const route = this.reflector.get<ProofRoute | undefined>(requiredProof, context.getHandler());
    return route === undefined || this.prove(route, context);
  }

  /** Guards run before pipes, so this validates the body. @throws AppError what `RecentProofService.prove` throws */
  private async prove(route: ProofRoute, context: ExecutionContext): Promise<true> {
    const http = context.switchToHttp();
    const { user: caller, body } = http.getRequest<FastifyRequest & { user?: Principal }>();
    if (caller === undefined) throw new AppError('auth.token_invalid');
    await this.proofs.prove(caller, validateDto(route.body, body), route);
    return true;
  }
}

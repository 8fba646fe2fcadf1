import { Controller, Get, Header, Param } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import { Config } from '../../platform/config/config.js';
import { AppError } from '../../platform/errors/app-error.js';
import { Answers } from '../../platform/http/answers.decorator.js';
import { Public } from '../../platform/http/public.decorator.js';

@ApiTags('acme')
@Public()
@Controller('.well-known/acme-challenge')
export class AcmeChallengeController {
  constructor(private readonly config: Config) {}

  /** GET /.well-known/acme-challenge/:token (RFC 8555 section 8.3): the key authorization, and nothing else. */
  @Get(':token')
  @Header('content-type', 'text/plain; charset=utf-8')
  @ApiProduces('text/plain')
  @ApiOkResponse({ description: 'The key authorization', type: String })
  @Answers('request.not_found')
  answer(@Param('token') token: string): string {
    const challenge = this.config.acmeChallenge;
    if (challenge === undefined || challenge.token !== token) throw new AppError('request.not_found');
    return challenge.keyAuthorization;
  }
}

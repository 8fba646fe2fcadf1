import { Controller, Get, Header, Param } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import { AppError } from '../../platform/errors/app-error.js';
import { Answers } from '../../platform/http/answers.decorator.js';
import { Public } from '../../platform/http/public.decorator.js';
import { Challenges } from '../challenges.js';

@ApiTags('acme')
@Public()
@Controller('.well-known/acme-challenge')
export class AcmeChallengeController {
  constructor(private readonly challenges: Challenges) {}

  /** GET /.well-known/acme-challenge/:token (RFC 8555 section 8.3): the key authorization, and nothing else. */
  @Get(':token')
  @Header('content-type', 'text/plain; charset=utf-8')
  @ApiProduces('text/plain')
  @ApiOkResponse({ description: 'The key authorization', type: String })
  @Answers('request.not_found', 'overloaded')
  async answer(@Param('token') token: string): Promise<string> {
    const keyAuthorization = await this.challenges.answer(token);
    if (keyAuthorization === undefined) throw new AppError('request.not_found');
    return keyAuthorization;
  }
}

import { Controller, Get, Header, Param } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiTags, ApiOperation } from '@nestjs/swagger';
import { AppError } from '../../common/errors/app-error.js';
import { ApiErrors } from '../../common/http/api-errors.decorator.js';
import { Public } from '../../common/http/access.decorators.js';
import { ChallengeService } from '../challenge.service.js';

@ApiTags('acme')
@Public()
@Controller('.well-known/acme-challenge')
export class AcmeChallengeController {
  constructor(private readonly challenges: ChallengeService) {}

  /** GET /.well-known/acme-challenge/:token (RFC 8555 section 8.3): the key authorization. */
  @Get(':token')
  @ApiOperation({
    operationId: 'getKeyAuthorization',
    summary: 'Answer an ACME challenge',
    description: 'The key authorization of a token, for the certificate authority (RFC 8555 section 8.3).',
  })
  @Header('content-type', 'text/plain; charset=utf-8')
  @ApiProduces('text/plain')
  @ApiOkResponse({ description: 'The key authorization', type: String })
  @ApiErrors('request.not_found', 'overloaded')
  async answer(@Param('token') token: string): Promise<string> {
    const keyAuthorization = await this.challenges.findKeyAuthorization(token);
    if (keyAuthorization === undefined) throw new AppError('request.not_found');
    return keyAuthorization;
  }
}

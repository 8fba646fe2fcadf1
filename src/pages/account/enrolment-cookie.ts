import type { CookieSerializeOptions } from '@fastify/cookie';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type HttpConfig, httpConfig } from '../../common/config/http.config.js';
import { SealedBox } from '../../common/crypto/sealed-box.js';
import type { Principal } from '../../common/http/caller.decorators.js';

/** As long as an enrolment replaces a recent proof. */
const lifetimeSeconds = 15 * 60;

interface Content {
  sub: string;
  otpauthUri: string;
}

/** Keeps the key of an authenticator app between the forms of its set-up, because Cognito shows it only once. */
@Injectable()
export class EnrolmentCookie {
  private readonly name: string;
  private readonly options: CookieSerializeOptions;

  constructor(
    private readonly sealedBox: SealedBox,
    @Inject(httpConfig.KEY) config: HttpConfig,
  ) {
    const secure = config.publicUrl.protocol === 'https:';
    this.name = secure ? '__Host-usher_enrolment' : 'usher_enrolment';
    this.options = { httpOnly: true, sameSite: 'lax', path: '/', secure };
  }

  set(reply: FastifyReply, { sub }: Principal, otpauthUri: string): void {
    const content: Content = { sub, otpauthUri };
    const sealed = this.sealedBox.seal('page-enrolment', content, lifetimeSeconds);
    reply.setCookie(this.name, sealed, { ...this.options, maxAge: lifetimeSeconds });
  }

  /** @returns the `otpauth://` URI; `undefined` without a valid cookie of this user */
  read({ cookies }: FastifyRequest, { sub }: Principal): string | undefined {
    const content = this.sealedBox.unseal('page-enrolment', cookies[this.name] ?? '') as Content | undefined;
    return content?.sub === sub ? content.otpauthUri : undefined;
  }

  clear({ cookies }: FastifyRequest, reply: FastifyReply): void {
    if (cookies[this.name] !== undefined) reply.clearCookie(this.name, this.options);
  }
}

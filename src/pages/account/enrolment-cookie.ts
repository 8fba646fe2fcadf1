import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type HttpConfig, httpConfig } from '../../common/config/http.config.js';
import { SealedBox } from '../../common/crypto/sealed-box.js';
import { type HostCookie, hostCookie } from '../../common/http/host-cookie.js';
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
  private readonly cookie: HostCookie;

  constructor(
    private readonly sealedBox: SealedBox,
    @Inject(httpConfig.KEY) config: HttpConfig,
  ) {
    this.cookie = hostCookie(config, 'usher_enrolment');
  }

  set(reply: FastifyReply, { sub }: Principal, otpauthUri: string): void {
    const content: Content = { sub, otpauthUri };
    const sealed = this.sealedBox.seal('page-enrolment', content, lifetimeSeconds);
    reply.setCookie(this.cookie.name, sealed, { ...this.cookie.options, maxAge: lifetimeSeconds });
  }

  /** @returns the `otpauth://` URI; `undefined` without a valid cookie of this user */
  read({ cookies }: FastifyRequest, { sub }: Principal): string | undefined {
    const content = this.sealedBox.unseal('page-enrolment', cookies[this.cookie.name] ?? '') as
      Content | undefined;
    return content?.sub === sub ? content.otpauthUri : undefined;
  }

  clear({ cookies }: FastifyRequest, reply: FastifyReply): void {
    if (cookies[this.cookie.name] !== undefined) reply.clearCookie(this.cookie.name, this.cookie.options);
  }
}

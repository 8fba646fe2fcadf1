import { Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Public } from '../../common/http/access.decorators.js';
import { FormPost } from '../../common/http/forms.js';
import { RateLimited } from '../../rate-limit/rate-limited.decorator.js';
import { Layout } from '../layout.js';
import { type PageResult, queryOf, redirect, show } from '../page.js';
import { PageController } from '../page-controller.js';
import { PageSession } from '../page-session.js';
import { Pages } from '../pages.service.js';

@Public()
@PageController()
export class SignedOutPages {
  constructor(
    private readonly pages: Pages,
    private readonly sessions: PageSession,
  ) {}

  @Get('signed-out')
  show(@Res({ passthrough: true }) reply: FastifyReply): PageResult {
    const page = this.pages.open(reply);
    const { account, signedOut } = page.texts;
    if (queryOf(page.request, 'deleted') !== undefined)
      return show(
        <Layout page={page} title={account.deletion.doneTitle}>
          <p>{account.deletion.done}</p>
        </Layout>,
      );
    return show(
      <Layout page={page} title={signedOut.title}>
        <p>{signedOut.text}</p>
        <p>
          <a class="button" href={page.href('/sign-in')}>
            {signedOut.signInAgain}
          </a>
        </p>
      </Layout>,
    );
  }

  /** POST /signed-out: signs out. Succeeds without a session too. */
  @FormPost('signed-out')
  @RateLimited('sign-out')
  async signOut(@Res({ passthrough: true }) reply: FastifyReply): Promise<PageResult> {
    const page = this.pages.open(reply);
    await this.sessions.signOut(page.request, reply);
    return redirect(page.href('/signed-out'));
  }
}

import { Injectable } from '@nestjs/common';
import type { SignInResponse } from '#contracts';
import { type Page, type PageResult, redirect } from '../page.js';
import { ReturnUrl } from '../return-url.js';
import { StepCookie } from '../step-cookie.js';

/** Where the browser goes after a step of a sign-in. */
@Injectable()
export class NextStep {
  constructor(
    private readonly returnUrl: ReturnUrl,
    private readonly stepCookie: StepCookie,
  ) {}

  after(page: Page, { challenge }: SignInResponse, returnTo: string | undefined): PageResult {
    if (challenge === undefined) return this.finish(page, returnTo);
    this.stepCookie.set(page.reply, challenge, returnTo);
    return redirect(page.href('/sign-in/step'));
  }

  /** @param returnTo as the caller gave it */
  finish(page: Page, returnTo: string | undefined): PageResult {
    this.stepCookie.clear(page.request, page.reply);
    const target = this.returnUrl.resolve(returnTo);
    return redirect(target.startsWith('/') ? page.href(target) : target);
  }
}

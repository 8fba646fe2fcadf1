import { Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { SignInRequest, type SignInResponse } from '#contracts';
import { CognitoPasswordStrategy } from '../../auth/cognito-password.strategy.js';
import { RefusalService } from '../../auth/refusal.service.js';
import { deviceOf, SignInResult } from '../../auth/sign-in-result.js';
import { SignInService } from '../../auth/sign-in.service.js';
import { Public } from '../../common/http/access.decorators.js';
import { FormPost } from '../../common/http/forms.js';
import { validateDto } from '../../common/http/validate-dto.js';
import { RateLimited } from '../../rate-limit/rate-limited.decorator.js';
import { DeviceRateLimitKey } from '../../sessions/device-cookie.js';
import { AccountEmailField, Field, Layout, Submit } from '../layout.js';
import {
  blankForm,
  fieldsOf,
  type FormState,
  type Page,
  type PageResult,
  queryOf,
  show,
  withReturnTo,
} from '../page.js';
import { PageController } from '../page-controller.js';
import { Pages } from '../pages.service.js';
import { NextStep } from './next-step.js';
import { PageSession } from '../page-session.js';

@Public()
@PageController()
export class SignInPages {
  constructor(
    private readonly pages: Pages,
    private readonly passwords: CognitoPasswordStrategy,
    private readonly signIns: SignInService,
    private readonly refusals: RefusalService,
    private readonly results: SignInResult,
    private readonly sessions: PageSession,
    private readonly next: NextStep,
  ) {}

  /** GET /sign-in. A user who is signed in already is redirected at once. */
  @Get('sign-in')
  async form(@Res({ passthrough: true }) reply: FastifyReply): Promise<PageResult> {
    const page = this.pages.open(reply);
    if (await this.sessions.isSignedIn(page.request)) return this.next.finish(page, returnTo(page.request));
    return show(<SignInForm page={page} form={blankForm} />);
  }

  /** POST /sign-in. A refusal has one answer for all reasons, after one time. */
  @FormPost('sign-in')
  @RateLimited('sign-in', DeviceRateLimitKey)
  async signIn(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PageResult> {
    const page = this.pages.open(reply);
    const values = fieldsOf(request, 'email', 'password');
    const read = () => validateDto(SignInRequest, values);
    const begin = async (): Promise<SignInResponse> => {
      try {
        const answered = await this.passwords.begin(read(), 'cookie');
        return await this.results.respond(
          await this.signIns.completeSignIn(answered, { ...deviceOf(request), language: page.language }),
          reply,
        );
      } catch (thrown) {
        throw await this.refusals.settle(thrown, reply, read);
      }
    };
    return this.pages.attempt(
      page,
      async () => this.next.after(page, await begin(), returnTo(request)),
      (problem) => <SignInForm page={page} form={{ values, problem }} />,
    );
  }
}

/** Of the address of the page, or of the form. */
const returnTo = (request: FastifyRequest): string | undefined =>
  fieldsOf(request, 'return_to').return_to ?? queryOf(request, 'return_to');

interface SignInFormProps {
  page: Page;
  form: FormState;
  /** Where the form is sent; default: the address of the page. */
  action?: string;
}

export function SignInForm({ page, form, action }: SignInFormProps): VNode {
  const { fields, signIn } = page.texts;
  return (
    <Layout page={page} title={signIn.title} problem={form.problem}>
      <form method="post" action={action}>
        <AccountEmailField page={page} form={form} />
        <Field
          page={page}
          form={form}
          name="password"
          label={fields.password}
          type="password"
          autocomplete="current-password"
          maxlength={256}
        />
        <Submit>{signIn.submit}</Submit>
      </form>
      <p class="links">
        <a href={withReturnTo(page, '/forgot')}>{signIn.forgot}</a>
      </p>
      <p class="links">
        {signIn.isNew} <a href={withReturnTo(page, '/sign-up')}>{signIn.signUp}</a>
      </p>
    </Layout>
  );
}

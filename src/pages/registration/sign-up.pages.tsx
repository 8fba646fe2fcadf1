import { Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { type PasswordPolicyResponse, SignUpRequest } from '#contracts';
import { Public } from '../../common/http/access.decorators.js';
import { FormPost } from '../../common/http/forms.js';
import { ResponseDelay } from '../../common/http/response-delay.js';
import { validateDto } from '../../common/http/validate-dto.js';
import { RateLimited } from '../../rate-limit/rate-limited.decorator.js';
import { SignUpService } from '../../registration/sign-up.service.js';
import { Field, Layout, Submit } from '../layout.js';
import {
  blankForm,
  fieldsOf,
  type FormState,
  type Page,
  type PageResult,
  redirect,
  show,
  withReturnTo,
} from '../page.js';
import { PageController } from '../page-controller.js';
import { Pages } from '../pages.service.js';
import { NewPasswordFields, PolicyReader } from '../password-fields.js';

@Public()
@PageController()
export class SignUpPages {
  constructor(
    private readonly pages: Pages,
    private readonly signUps: SignUpService,
    private readonly policy: PolicyReader,
    private readonly responseDelay: ResponseDelay,
  ) {}

  @Get('sign-up')
  async form(@Res({ passthrough: true }) reply: FastifyReply): Promise<PageResult> {
    const page = this.pages.open(reply);
    return show(<SignUpForm page={page} form={blankForm} policy={await this.policy.read()} />);
  }

  /** POST /sign-up. The answer and its time do not depend on whether the address has an account. */
  @FormPost('sign-up')
  @RateLimited('sign-up')
  async signUp(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PageResult> {
    const page = this.pages.open(reply);
    const values = fieldsOf(request, 'email', 'password', 'passwordConfirmation', 'firstName', 'lastName');
    return this.pages.attempt(
      page,
      async () => {
        await this.signUps.signUp(validateDto(SignUpRequest, values), page.language);
        await this.responseDelay.wait(this.responseDelay.elapsed(reply));
        return redirect(withReturnTo(page, '/sign-up/sent'));
      },
      async (problem) => (
        <SignUpForm page={page} form={{ values, problem }} policy={await this.policy.read()} />
      ),
    );
  }

  @Get('sign-up/sent')
  sent(@Res({ passthrough: true }) reply: FastifyReply): PageResult {
    const page = this.pages.open(reply);
    const { common, signUp } = page.texts;
    return show(
      <Layout page={page} title={signUp.sentTitle}>
        <p>{signUp.sent}</p>
        <p class="muted">{signUp.again}</p>
        <p class="links">
          <a href={withReturnTo(page, '/sign-in')}>{common.backToSignIn}</a>
        </p>
      </Layout>,
    );
  }
}

interface SignUpFormProps {
  page: Page;
  form: FormState;
  policy: PasswordPolicyResponse | undefined;
}

function SignUpForm({ page, form, policy }: SignUpFormProps): VNode {
  const { fields, signIn, signUp } = page.texts;
  return (
    <Layout page={page} title={signUp.title} problem={form.problem}>
      <form method="post">
        <Field
          page={page}
          form={form}
          name="email"
          label={fields.email}
          type="email"
          autocomplete="username"
          inputmode="email"
          autofocus={form.problem === undefined}
        />
        <Field
          page={page}
          form={form}
          name="firstName"
          label={fields.firstName}
          autocomplete="given-name"
          maxlength={255}
          optional
        />
        <Field
          page={page}
          form={form}
          name="lastName"
          label={fields.lastName}
          autocomplete="family-name"
          maxlength={255}
          optional
        />
        <NewPasswordFields page={page} form={form} policy={policy} label={fields.password} />
        <Submit>{signUp.submit}</Submit>
      </form>
      <p class="links">
        {signUp.hasAccount} <a href={withReturnTo(page, '/sign-in')}>{signIn.title}</a>
      </p>
    </Layout>
  );
}

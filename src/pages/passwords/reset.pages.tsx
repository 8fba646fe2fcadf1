import { Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { ForgotPasswordRequest, type PasswordPolicyResponse, ResetPasswordRequest } from '#contracts';
import { isAppError } from '../../common/errors/app-error.js';
import { Public } from '../../common/http/access.decorators.js';
import { FormPost } from '../../common/http/forms.js';
import { ResponseDelay } from '../../common/http/response-delay.js';
import { validateDto } from '../../common/http/validate-dto.js';
import { ForgotPasswordService, PasswordResetService } from '../../passwords/password-reset.service.js';
import { ResetCookie, ResetRateLimitKey } from '../../passwords/reset-cookie.js';
import { RateLimited } from '../../rate-limit/rate-limited.decorator.js';
import { DeviceCookie, DeviceRateLimitKey } from '../../sessions/device-cookie.js';
import { AccountEmailField, CodeField, Layout, Submit } from '../layout.js';
import {
  blankForm,
  fieldsOf,
  type FormState,
  type Page,
  type PageResult,
  queryOf,
  redirect,
  show,
  withReturnTo,
} from '../page.js';
import { PageController } from '../page-controller.js';
import { Pages } from '../pages.service.js';
import { NewPasswordFields, PolicyReader } from '../password-fields.js';

const resetFields = ['email', 'code', 'password', 'passwordConfirmation', 'removeMfa'];

/** A forgotten password: the address first, then the code from the mail. */
@Public()
@PageController()
export class ResetPages {
  constructor(
    private readonly pages: Pages,
    private readonly forgotten: ForgotPasswordService,
    private readonly resets: PasswordResetService,
    private readonly cookie: ResetCookie,
    private readonly deviceCookie: DeviceCookie,
    private readonly policy: PolicyReader,
    private readonly responseDelay: ResponseDelay,
  ) {}

  @Get('forgot')
  forgotForm(@Res({ passthrough: true }) reply: FastifyReply): PageResult {
    return show(<ForgotForm page={this.pages.open(reply)} form={blankForm} />);
  }

  /** POST /forgot. The answer and its time do not depend on whether the address has an account. */
  @FormPost('forgot')
  @RateLimited('forgot', DeviceRateLimitKey)
  async forgot(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PageResult> {
    const page = this.pages.open(reply);
    const values = fieldsOf(request, 'email');
    return this.pages.attempt(
      page,
      async () => {
        const { email } = validateDto(ForgotPasswordRequest, values);
        try {
          await this.forgotten.begin(email, page.language);
          this.cookie.set(reply, email);
        } finally {
          await this.responseDelay.wait(this.responseDelay.elapsed(reply));
        }
        return redirect(withReturnTo(page, '/reset'));
      },
      (problem) => <ForgotForm page={page} form={{ values, problem }} />,
    );
  }

  /** GET /reset: also opened from the mail, on a device that has no cookie. */
  @Get('reset')
  async resetForm(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PageResult> {
    const page = this.pages.open(reply);
    return show(
      'done' in (request.query as object) ? (
        <DonePage page={page} />
      ) : (
        await this.renderReset(page, blankForm)
      ),
    );
  }

  @FormPost('reset')
  @RateLimited('reset', ResetRateLimitKey)
  async reset(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PageResult> {
    const page = this.pages.open(reply);
    const { removeMfa, ...typed } = fieldsOf(request, ...resetFields);
    const values = removeMfa === undefined ? typed : { ...typed, removeMfa };
    return this.pages.attempt(
      page,
      async () => {
        const body = validateDto(ResetPasswordRequest, { ...typed, removeMfa: removeMfa !== undefined });
        await this.finish(page, body);
        this.cookie.clear(reply);
        this.deviceCookie.clear(request, reply);
        return redirect(
          `${withReturnTo(page, '/reset')}${queryOf(request, 'return_to') === undefined ? '?' : '&'}done`,
        );
      },
      (problem) => this.renderReset(page, { values, problem }),
    );
  }

  private async finish({ language, reply, request }: Page, body: ResetPasswordRequest): Promise<void> {
    try {
      await this.resets.finish(body, body.email ?? this.cookie.read(request), language);
    } catch (refusal) {
      // The time of the lookup would reveal whether the user exists.
      if (isAppError(refusal, 'passwords.code_wrong'))
        await this.responseDelay.wait(this.responseDelay.elapsed(reply));
      throw refusal;
    }
  }

  private async renderReset(page: Page, form: FormState): Promise<VNode> {
    const isStarted = this.cookie.read(page.request) !== undefined;
    return <ResetForm page={page} form={form} isStarted={isStarted} policy={await this.policy.read()} />;
  }
}

function ForgotForm({ page, form }: { page: Page; form: FormState }): VNode {
  const { common, forgot } = page.texts;
  return (
    <Layout page={page} title={forgot.title} problem={form.problem}>
      <p>{forgot.text}</p>
      <form method="post">
        <AccountEmailField page={page} form={form} />
        <Submit>{forgot.submit}</Submit>
      </form>
      <p class="links">
        <a href={withReturnTo(page, '/sign-in')}>{common.backToSignIn}</a>
      </p>
    </Layout>
  );
}

interface ResetFormProps {
  page: Page;
  form: FormState;
  /** Whether this browser has requested the code, so that the address is known. */
  isStarted: boolean;
  policy: PasswordPolicyResponse | undefined;
}

function ResetForm({ page, form, isStarted, policy }: ResetFormProps): VNode {
  const { reset } = page.texts;
  return (
    <Layout page={page} title={reset.title} problem={form.problem}>
      <p>{isStarted ? reset.sent : reset.email}</p>
      <form method="post">
        {!isStarted && <AccountEmailField page={page} form={form} autofocus={false} />}
        <CodeField page={page} form={form} autofocus={isStarted && form.problem === undefined} />
        <NewPasswordFields page={page} form={form} policy={policy} />
        <details open={form.values.removeMfa !== undefined}>
          <summary>{reset.lostFactor}</summary>
          <label class="choice">
            <input type="checkbox" name="removeMfa" checked={form.values.removeMfa !== undefined} />
            {reset.removeMfa}
          </label>
        </details>
        <Submit>{reset.submit}</Submit>
      </form>
      <p class="links">
        <a href={withReturnTo(page, '/forgot')}>{reset.again}</a>
      </p>
    </Layout>
  );
}

function DonePage({ page }: { page: Page }): VNode {
  const { reset, signIn } = page.texts;
  return (
    <Layout page={page} title={reset.doneTitle}>
      <p>{reset.done}</p>
      <p>
        <a class="button" href={withReturnTo(page, '/sign-in')}>
          {signIn.submit}
        </a>
      </p>
    </Layout>
  );
}

import { Get, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { VNode } from 'preact';
import { ChangePasswordRequest, type PasswordPolicyResponse } from '#contracts';
import { CurrentUser, type Principal } from '../../common/http/caller.decorators.js';
import { FormPost } from '../../common/http/forms.js';
import { validateDto } from '../../common/http/validate-dto.js';
import { PasswordChangeService } from '../../passwords/password-change.service.js';
import { PasswordProofGuard } from '../../rate-limit/password-proof.guard.js';
import { RateLimited } from '../../rate-limit/rate-limited.decorator.js';
import { DeviceCookie } from '../../sessions/device-cookie.js';
import { CurrentUserService } from '../../users/current-user.service.js';
import { Field, Notice, Submit } from '../layout.js';
import {
  blankForm,
  fieldsOf,
  type FormState,
  type Page,
  type PageResult,
  queryOf,
  redirect,
  show,
} from '../page.js';
import { PageController } from '../page-controller.js';
import { Pages } from '../pages.service.js';
import { NewPasswordFields, PolicyReader } from '../password-fields.js';
import { AccountLayout } from './account-layout.js';
import { alertOfProof, Username, wrongPassword } from './proof.js';

@PageController()
export class ChangePasswordPages {
  constructor(
    private readonly pages: Pages,
    private readonly currentUser: CurrentUserService,
    private readonly changes: PasswordChangeService,
    private readonly deviceCookie: DeviceCookie,
    private readonly policy: PolicyReader,
  ) {}

  @Get('account/password')
  async form(
    @CurrentUser() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PageResult> {
    const page = this.pages.open(reply);
    return show(await this.render(page, caller, blankForm));
  }

  @FormPost('account/password')
  @RateLimited('change')
  @UseGuards(PasswordProofGuard)
  async change(
    @CurrentUser() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PageResult> {
    const page = this.pages.open(reply);
    const values = fieldsOf(page.request, 'currentPassword', 'password', 'passwordConfirmation');
    return this.pages.attempt(
      page,
      async () => {
        const currentPassword = values.currentPassword || undefined;
        const request = validateDto(ChangePasswordRequest, { ...values, currentPassword });
        await this.deviceCookie.keepDuring(reply, caller.sub, () =>
          this.changes.change(caller, request, page.language),
        );
        return redirect(page.href('/account/password?changed'));
      },
      (problem) => this.render(page, caller, { values, problem }),
    );
  }

  private async render(page: Page, caller: Principal, form: FormState): Promise<VNode> {
    const { email } = await this.currentUser.resolve(caller);
    return <PasswordForm page={page} email={email} form={form} policy={await this.policy.read()} />;
  }
}

interface PasswordFormProps {
  page: Page;
  email: string;
  form: FormState;
  policy: PasswordPolicyResponse | undefined;
}

function PasswordForm({ page, email, form, policy }: PasswordFormProps): VNode {
  const { account, fields } = page.texts;
  const { password: texts } = account;
  const alert = alertOfProof(page, form);
  const isChanged = alert === undefined && queryOf(page.request, 'changed') !== undefined;
  return (
    <AccountLayout page={page} email={email} path="/account/password" title={texts.title} problem={alert}>
      {isChanged && <Notice>{texts.saved}</Notice>}
      <p>{texts.text}</p>
      <form method="post">
        <Username email={email} />
        <Field
          page={page}
          form={form}
          name="currentPassword"
          label={fields.currentPassword}
          type="password"
          autocomplete="current-password"
          maxlength={256}
          error={wrongPassword(page, form.problem)}
        />
        <NewPasswordFields page={page} form={form} policy={policy} />
        <Submit>{texts.submit}</Submit>
      </form>
    </AccountLayout>
  );
}

import { Get, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { VNode } from 'preact';
import { ChangeEmailRequest } from '#contracts';
import { CurrentUser, type Principal } from '../../common/http/caller.decorators.js';
import { FormPost } from '../../common/http/forms.js';
import { validateDto } from '../../common/http/validate-dto.js';
import { fillText } from '../../i18n/page-texts.js';
import { PasswordProofGuard } from '../../rate-limit/password-proof.guard.js';
import { RateLimited } from '../../rate-limit/rate-limited.decorator.js';
import { EmailChangeService } from '../../registration/email-change.service.js';
import { CurrentUserService } from '../../users/current-user.service.js';
import type { Me } from '../../users/user.js';
import { Field, Notice, Submit } from '../layout.js';
import {
  blankForm,
  fieldsOf,
  filled,
  type FormState,
  type Page,
  type PageResult,
  queryOf,
  redirect,
  show,
} from '../page.js';
import { PageController } from '../page-controller.js';
import { Pages } from '../pages.service.js';
import { AccountLayout } from './account-layout.js';
import { alertOfProof, Username, wrongPassword } from './proof.js';

const cancel = 'cancel';

@PageController()
export class ChangeEmailPages {
  constructor(
    private readonly pages: Pages,
    private readonly currentUser: CurrentUserService,
    private readonly emailChanges: EmailChangeService,
  ) {}

  @Get('account/email')
  async form(
    @CurrentUser() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PageResult> {
    const page = this.pages.open(reply);
    return show(<EmailPage page={page} me={await this.currentUser.read(caller)} form={blankForm} />);
  }

  /** Requests a change, or cancels the pending one, which a request for the current address does. */
  @FormPost('account/email')
  @RateLimited('sign-up')
  @UseGuards(PasswordProofGuard)
  async change(
    @CurrentUser() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PageResult> {
    const page = this.pages.open(reply);
    const values = fieldsOf(page.request, 'action', 'email', 'currentPassword');
    const me = await this.currentUser.read(caller);
    return this.pages.attempt(
      page,
      async () => {
        const { action, ...typed } = values;
        const request = filled(action === cancel ? { ...typed, email: me.email } : typed);
        await this.emailChanges.request(caller, validateDto(ChangeEmailRequest, request), page.language);
        const { unconfirmedEmail } = await this.currentUser.read(caller);
        return redirect(page.href(`/account/email?${unconfirmedEmail === null ? 'cancelled' : 'sent'}`));
      },
      (problem) => <EmailPage page={page} me={me} form={{ values, problem }} />,
    );
  }
}

interface EmailPageProps {
  page: Page;
  me: Me;
  form: FormState;
}

function EmailPage({ page, me, form }: EmailPageProps): VNode {
  const { email: texts } = page.texts.account;
  const alert = alertOfProof(page, form);
  const isCancellation = form.values.action === cancel;
  const isPending = me.unconfirmedEmail !== null;
  return (
    <AccountLayout page={page} email={me.email} path="/account/email" title={texts.title} problem={alert}>
      {alert === undefined && <Outcome page={page} />}
      <p>
        {texts.current} <strong>{me.email}</strong>
      </p>
      {me.unconfirmedEmail !== null && (
        <Pending page={page} me={me} email={me.unconfirmedEmail} form={isCancellation ? form : blankForm} />
      )}
      {isPending && <h2>{texts.otherTitle}</h2>}
      <ChangeForm page={page} me={me} form={isCancellation ? blankForm : form} />
    </AccountLayout>
  );
}

/** Of the form before, after the redirect. */
function Outcome({ page }: { page: Page }): VNode | null {
  const { sent, cancelled } = page.texts.account.email;
  if (queryOf(page.request, 'sent') !== undefined) return <Notice>{sent}</Notice>;
  return queryOf(page.request, 'cancelled') === undefined ? null : <Notice>{cancelled}</Notice>;
}

function Pending({ page, me, email, form }: EmailPageProps & { email: string }): VNode {
  const { email: texts } = page.texts.account;
  return (
    <>
      <h2>{texts.pendingTitle}</h2>
      <p>{fillText(texts.pending, { email })}</p>
      <form method="post">
        <input type="hidden" name="action" value={cancel} />
        <CurrentPassword page={page} me={me} form={form} id="cancelPassword" />
        <p class="submit">
          <button type="submit" class="secondary">
            {texts.cancel}
          </button>
        </p>
      </form>
    </>
  );
}

function ChangeForm({ page, me, form }: EmailPageProps): VNode {
  const { email: texts } = page.texts.account;
  return (
    <>
      <p>{texts.text}</p>
      <form method="post">
        <Field
          page={page}
          form={form}
          name="email"
          label={texts.newEmail}
          type="email"
          autocomplete="email"
          inputmode="email"
        />
        <CurrentPassword page={page} me={me} form={form} />
        <Submit>{texts.submit}</Submit>
      </form>
    </>
  );
}

function CurrentPassword({ page, me, form, id }: EmailPageProps & { id?: string }): VNode {
  return (
    <>
      <Username email={me.email} />
      <Field
        page={page}
        form={form}
        name="currentPassword"
        {...(id !== undefined && { id })}
        label={page.texts.fields.currentPassword}
        type="password"
        autocomplete="current-password"
        maxlength={256}
        error={wrongPassword(page, form.problem)}
      />
    </>
  );
}

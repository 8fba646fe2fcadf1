import { Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { VNode } from 'preact';
import type { Problem } from '#contracts';
import { AccountDeletionService } from '../../admin/account-deletion.service.js';
import { RecentProofService } from '../../auth/recent-proof.service.js';
import { AppError, isAppError } from '../../common/errors/app-error.js';
import { CurrentUser, type Principal } from '../../common/http/caller.decorators.js';
import { FormPost } from '../../common/http/forms.js';
import { fillText } from '../../i18n/page-texts.js';
import { DeviceCookie } from '../../sessions/device-cookie.js';
import { SessionCookie } from '../../sessions/session-cookie.js';
import { CurrentUserService } from '../../users/current-user.service.js';
import type { Alert } from '../layout.js';
import { blankForm, fieldsOf, type FormState, type Page, type PageResult, redirect, show } from '../page.js';
import { PageController } from '../page-controller.js';
import { Pages } from '../pages.service.js';
import { AccountLayout } from './account-layout.js';
import { alertOfProof, ProofFields, toProof, typedProof } from './proof.js';

@PageController()
export class DeleteAccountPages {
  constructor(
    private readonly pages: Pages,
    private readonly currentUser: CurrentUserService,
    private readonly proofs: RecentProofService,
    private readonly deletion: AccountDeletionService,
    private readonly sessionCookie: SessionCookie,
    private readonly deviceCookie: DeviceCookie,
  ) {}

  @Get('account/delete')
  async form(
    @CurrentUser() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PageResult> {
    const page = this.pages.open(reply);
    return show(await this.render(page, caller, blankForm));
  }

  @FormPost('account/delete')
  async delete(
    @CurrentUser() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PageResult> {
    const page = this.pages.open(reply);
    const { request } = page;
    const values = { ...typedProof(request), ...fieldsOf(request, 'confirmed') };
    return this.pages.attempt(
      page,
      async () => {
        requireConfirmation(values);
        await this.proofs.prove(caller, toProof(values), { orEnrolment: false });
        await this.deletion.delete(await this.currentUser.resolve(caller));
        this.sessionCookie.clear(reply);
        this.deviceCookie.clear(request, reply);
        return redirect(page.href('/signed-out?deleted'));
      },
      (problem) => this.render(page, caller, { values, problem }),
      ['auth.forbidden'],
    );
  }

  private async render(page: Page, caller: Principal, form: FormState): Promise<VNode> {
    const { email } = await this.currentUser.resolve(caller);
    const needsProof = !(await this.hasRecentProof(caller));
    return <DeletionForm page={page} email={email} form={form} needsProof={needsProof} />;
  }

  private async hasRecentProof(caller: Principal): Promise<boolean> {
    try {
      await this.proofs.prove(caller, {}, { orEnrolment: false });
      return true;
    } catch (error) {
      if (isAppError(error, 'auth.reauthentication_required')) return false;
      throw error;
    }
  }
}

/** @throws AppError `request.invalid` */
function requireConfirmation({ confirmed }: Record<string, string>): void {
  if (confirmed === undefined)
    throw new AppError('request.invalid', { errors: [{ field: 'confirmed', message: 'field.missing' }] });
}

interface DeletionFormProps {
  page: Page;
  email: string;
  form: FormState;
  needsProof: boolean;
}

function DeletionForm({ page, email, form, needsProof }: DeletionFormProps): VNode {
  const { deletion: texts } = page.texts.account;
  const alert = alertOfDeletion(page, form);
  return (
    <AccountLayout page={page} email={email} path="/account/delete" title={texts.title} problem={alert}>
      <p>{texts.text}</p>
      <ul>
        {texts.consequences.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
      <form method="post">
        {needsProof && <ProofFields page={page} email={email} form={form} />}
        <Confirmation page={page} email={email} form={form} />
        <p class="submit">
          <button type="submit" class="danger">
            {texts.submit}
          </button>
        </p>
      </form>
    </AccountLayout>
  );
}

function Confirmation({ page, email, form }: Omit<DeletionFormProps, 'needsProof'>): VNode {
  const { confirm, notConfirmed } = page.texts.account.deletion;
  const isMissing = form.problem?.errors?.some(({ field }) => field === 'confirmed') === true;
  return (
    <div class="field">
      {isMissing && (
        <p class="field-error" id="confirmed-error">
          {notConfirmed}
        </p>
      )}
      <label class="choice">
        <input
          type="checkbox"
          name="confirmed"
          value="yes"
          required
          checked={form.values.confirmed !== undefined}
          aria-invalid={isMissing ? 'true' : undefined}
          aria-describedby={isMissing ? 'confirmed-error' : undefined}
        />
        <span>{fillText(confirm, { email })}</span>
      </label>
    </div>
  );
}

function alertOfDeletion(page: Page, form: FormState): Problem | Alert | undefined {
  const { deletion } = page.texts.account;
  const { problem } = form;
  if (problem?.code === 'auth.forbidden') return { title: problem.title, text: deletion.lastAdministrator };
  if (problem?.code === 'cognito.credentials_missing')
    return { title: problem.title, text: deletion.unavailable };
  return alertOfProof(page, form);
}

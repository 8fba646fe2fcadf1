import { Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { VNode } from 'preact';
import { type MfaResponse, VerifyTotpRequest } from '#contracts';
import { RecentProofService } from '../../auth/recent-proof.service.js';
import { TotpService } from '../../auth/totp.service.js';
import { CurrentUser, type Principal } from '../../common/http/caller.decorators.js';
import { FormPost } from '../../common/http/forms.js';
import { validateDto } from '../../common/http/validate-dto.js';
import { DeviceCookie } from '../../sessions/device-cookie.js';
import { CurrentUserService } from '../../users/current-user.service.js';
import { CodeField, Notice, Submit } from '../layout.js';
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
import { TotpSetup } from '../totp-setup.js';
import { AccountLayout } from './account-layout.js';
import { EnrolmentCookie } from './enrolment-cookie.js';
import { alertOfProof, ProofFields, toProof, typedProof } from './proof.js';

const path = '/account/security';

/** Changes that need a recent proof. */
type Change = 'enrol' | 'remove';

@PageController()
export class SecurityPages {
  constructor(
    private readonly pages: Pages,
    private readonly currentUser: CurrentUserService,
    private readonly totp: TotpService,
    private readonly proofs: RecentProofService,
    private readonly enrolment: EnrolmentCookie,
    private readonly deviceCookie: DeviceCookie,
  ) {}

  @Get('account/security')
  async show(
    @CurrentUser() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PageResult> {
    const page = this.pages.open(reply);
    return show(await this.render(page, caller, blankForm));
  }

  @FormPost('account/security')
  async change(
    @CurrentUser() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PageResult> {
    const page = this.pages.open(reply);
    const { action } = fieldsOf(page.request, 'action');
    if (action === 'enrol' || action === 'remove') return this.changeApp(page, caller, action);
    const otpauthUri = this.enrolment.read(page.request, caller);
    if (action === 'verify' && otpauthUri !== undefined) return this.verify(page, caller, otpauthUri);
    this.enrolment.clear(page.request, reply);
    return redirect(page.href(path));
  }

  /** Asks for the password where there is no recent proof. */
  private changeApp(page: Page, caller: Principal, change: Change): Promise<PageResult> {
    const values = typedProof(page.request);
    let isProven = false;
    return this.pages.attempt(
      page,
      async () => {
        await this.proofs.prove(caller, toProof(values), { orEnrolment: false });
        isProven = true;
        return change === 'enrol' ? this.enrol(page, caller) : this.remove(page, caller);
      },
      (problem) =>
        isProven
          ? this.render(page, caller, { values: {}, problem })
          : this.ask(page, caller, change, { values, problem }),
    );
  }

  private async enrol(page: Page, caller: Principal): Promise<PageResult> {
    const { otpauthUri } = await this.totp.enrol(caller);
    this.enrolment.set(page.reply, caller, otpauthUri);
    return redirect(page.href(path));
  }

  private async remove(page: Page, caller: Principal): Promise<PageResult> {
    const { language, reply } = page;
    await this.deviceCookie.keepDuring(reply, caller.sub, () => this.totp.disable(caller, language));
    return redirect(page.href(`${path}?removed`));
  }

  /** The enrolment counts as a proof; without it the set-up begins again. */
  private verify(page: Page, caller: Principal, otpauthUri: string): Promise<PageResult> {
    const { language, request, reply } = page;
    const values = fieldsOf(request, 'code');
    let isProven = false;
    return this.pages.attempt(
      page,
      async () => {
        await this.proofs.prove(caller, {}, { orEnrolment: true });
        isProven = true;
        const body = validateDto(VerifyTotpRequest, filled(values));
        await this.deviceCookie.keepDuring(reply, caller.sub, () => this.totp.verify(caller, body, language));
        this.enrolment.clear(request, reply);
        return redirect(page.href(`${path}?enabled`));
      },
      async (problem) => {
        if (!isProven) return this.ask(page, caller, 'enrol', { values: {}, problem });
        const { email } = await this.currentUser.resolve(caller);
        return <SetUpForm page={page} email={email} otpauthUri={otpauthUri} form={{ values, problem }} />;
      },
    );
  }

  private async ask(page: Page, caller: Principal, change: Change, form: FormState): Promise<VNode> {
    const { email } = await this.currentUser.resolve(caller);
    return <ProofForm page={page} email={email} change={change} form={form} />;
  }

  private async render(page: Page, caller: Principal, form: FormState): Promise<VNode> {
    const { email } = await this.currentUser.resolve(caller);
    const otpauthUri = this.enrolment.read(page.request, caller);
    if (otpauthUri !== undefined)
      return <SetUpForm page={page} email={email} otpauthUri={otpauthUri} form={form} />;
    return <Factors page={page} email={email} mfa={await this.totp.read(caller)} form={form} />;
  }
}

interface ViewProps {
  page: Page;
  email: string;
  form: FormState;
}

function Factors({ page, email, form, mfa }: ViewProps & { mfa: MfaResponse }): VNode {
  const { security: texts } = page.texts.account;
  const { problem } = form;
  const factors = [
    { name: texts.app, isOn: mfa.totp },
    ...(mfa.sms ? [{ name: texts.sms, isOn: true }] : []),
    ...(mfa.email ? [{ name: texts.email, isOn: true }] : []),
  ];
  return (
    <AccountLayout page={page} email={email} path={path} title={texts.title} problem={problem}>
      {problem === undefined && <Outcome page={page} />}
      <p>{texts.text}</p>
      <ul class="list">
        {factors.map(({ name, isOn }) => (
          <li key={name}>
            <span>{name}</span> <strong>{isOn ? texts.on : texts.off}</strong>
          </li>
        ))}
      </ul>
      <p>{texts.changeText}</p>
      <ChangeForm change="enrol" label={mfa.totp ? texts.replace : texts.setUp} />
      {mfa.totp && <ChangeForm change="remove" label={texts.remove} style="danger" />}
    </AccountLayout>
  );
}

/** Of the form before, after the redirect. */
function Outcome({ page }: { page: Page }): VNode | null {
  const { enabled, removed } = page.texts.account.security;
  if (queryOf(page.request, 'enabled') !== undefined) return <Notice>{enabled}</Notice>;
  return queryOf(page.request, 'removed') === undefined ? null : <Notice>{removed}</Notice>;
}

function ChangeForm({ change, label, style }: { change: Change; label: string; style?: string }): VNode {
  return (
    <form method="post">
      <input type="hidden" name="action" value={change} />
      <p>
        <button type="submit" class={style}>
          {label}
        </button>
      </p>
    </form>
  );
}

function SetUpForm({ page, email, form, otpauthUri }: ViewProps & { otpauthUri: string }): VNode {
  const { security: texts } = page.texts.account;
  const { problem } = form;
  return (
    <AccountLayout page={page} email={email} path={path} title={texts.setUpTitle} problem={problem}>
      <p>{texts.setUpText}</p>
      <TotpSetup page={page} otpauthUri={otpauthUri} />
      <form method="post">
        <input type="hidden" name="action" value="verify" />
        <CodeField page={page} form={form} autofocus={false} />
        <Submit>{texts.submit}</Submit>
      </form>
      <form method="post">
        <input type="hidden" name="action" value="stop" />
        <p>
          <button type="submit" class="secondary">
            {texts.stop}
          </button>
        </p>
      </form>
    </AccountLayout>
  );
}

/** Repeats what was wanted, with the password. */
function ProofForm({ page, email, form, change }: ViewProps & { change: Change }): VNode {
  const { common, account } = page.texts;
  const alert = alertOfProof(page, form);
  return (
    <AccountLayout page={page} email={email} path={path} title={account.proof.title} problem={alert}>
      <form method="post">
        <input type="hidden" name="action" value={change} />
        <ProofFields page={page} email={email} form={form} />
        <Submit>{common.continue}</Submit>
      </form>
      <p class="links">
        <a href={page.href(path)}>{account.proof.cancel}</a>
      </p>
    </AccountLayout>
  );
}

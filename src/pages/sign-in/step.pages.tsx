import { Get, Injectable, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ComponentChildren, VNode } from 'preact';
import type { PasswordPolicyResponse, Problem } from '#contracts';
import { authenticator, mfaSetup, newPasswordRequired } from '../../auth/challenge.mapper.js';
import { ChallengeRateLimitKey } from '../../auth/challenge-rate-limit-key.js';
import { deviceOf, SignInResult } from '../../auth/sign-in-result.js';
import { SignInService } from '../../auth/sign-in.service.js';
import { TotpService } from '../../auth/totp.service.js';
import { Public } from '../../common/http/access.decorators.js';
import { FormPost } from '../../common/http/forms.js';
import { validateNewPassword } from '../../credentials/password-policy.js';
import { fillText } from '../../i18n/page-texts.js';
import { RateLimited } from '../../rate-limit/rate-limited.decorator.js';
import type { RateLimitKeyResolver, RateLimitKeys } from '../../rate-limit/rate-limit-key.js';
import { CodeField, Field, Layout, Submit } from '../layout.js';
import {
  blankForm,
  fieldsOf,
  type Form,
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
import { type Step, StepCookie } from '../step-cookie.js';
import { TotpSetup } from '../totp-setup.js';
import { NextStep } from './next-step.js';
import { SignInForm } from './sign-in.pages.js';

/** As for the API, with the challenge session of the cookie. */
@Injectable()
export class StepRateLimitKey implements RateLimitKeyResolver {
  constructor(
    private readonly cookie: StepCookie,
    private readonly challenges: ChallengeRateLimitKey,
  ) {}

  accountKey(request: FastifyRequest): string | undefined {
    return this.cookie.read(request)?.state.userId;
  }

  knownCaller(request: FastifyRequest, userId: string): Promise<RateLimitKeys | undefined> {
    return this.challenges.knownCaller(request, userId);
  }
}

/** The steps of a sign-in after the password. */
@Public()
@PageController()
export class StepPages {
  constructor(
    private readonly pages: Pages,
    private readonly cookie: StepCookie,
    private readonly totp: TotpService,
    private readonly signIns: SignInService,
    private readonly results: SignInResult,
    private readonly next: NextStep,
    private readonly policy: PolicyReader,
  ) {}

  @Get('sign-in/step')
  async form(@Res({ passthrough: true }) reply: FastifyReply): Promise<PageResult> {
    const page = this.pages.open(reply);
    const step = this.cookie.read(page.request);
    if (step === undefined) return redirect(page.href('/sign-in'));
    return show(await this.render(page, step, blankForm));
  }

  @FormPost('sign-in/step')
  @RateLimited('challenge', StepRateLimitKey)
  async answer(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PageResult> {
    const page = this.pages.open(reply);
    const step = this.cookie.read(request);
    if (step === undefined) return redirect(page.href('/sign-in'));
    const values = fieldsOf(request, ...step.state.asks.map(fieldOf), repeated);
    return this.pages.attempt(
      page,
      async () => {
        const { language } = page;
        const caller = { device: { ...deviceOf(request), language }, language };
        const outcome = await this.signIns.answerChallenge(step.state, answersOf(step, values), caller);
        return this.next.after(page, await this.results.respond(outcome, reply), step.returnTo);
      },
      (problem) => this.refused(page, step, { values, problem }),
    );
  }

  /** A step that cannot be answered any more leads back to the password. */
  private refused(page: Page, step: Step, form: FormState & { problem: Problem }): VNode | Promise<VNode> {
    const { code } = form.problem;
    if (code !== 'auth.challenge_expired' && code !== 'auth.invalid_credentials')
      return this.render(page, step, form);
    this.cookie.clear(page.request, page.reply);
    const action = withReturnTo(page, '/sign-in', step.returnTo);
    return <SignInForm page={page} form={{ values: {}, problem: form.problem }} action={action} />;
  }

  private async render(page: Page, step: Step, form: FormState): Promise<VNode> {
    const policy = step.state.name === newPasswordRequired ? await this.policy.read() : undefined;
    const { secretCode, state } = step;
    const otpauthUri = secretCode && this.totp.otpauthUri(secretCode, state.email);
    return (
      <StepForm page={page} step={step} form={withFieldNames(form)} policy={policy} otpauthUri={otpauthUri} />
    );
  }
}

/** The repetition of a new password. */
const repeated = 'passwordConfirmation';

/** @returns the name of the field for one of the challenge's answers */
function fieldOf(ask: string): string {
  if (ask.startsWith('userAttributes.')) return ask;
  if (ask.endsWith('_CODE')) return 'code';
  if (ask === 'NEW_PASSWORD') return 'password';
  return ask === 'ANSWER' ? 'factor' : ask;
}

/** @throws AppError `passwords.blank`, `passwords.confirmation_mismatch` */
function answersOf({ state: { asks, name } }: Step, values: Form): Record<string, string> {
  if (name === newPasswordRequired) validateNewPassword(values);
  return Object.fromEntries(asks.map((ask) => [ask, values[fieldOf(ask)] ?? '']));
}

/** The API names the fields `answers.NAME`. */
function withFieldNames({ values, problem }: FormState): FormState {
  if (problem?.errors === undefined) return { values, ...(problem && { problem }) };
  const errors = problem.errors.map((error) => ({
    ...error,
    field: fieldOf(error.field.replace(/^answers\./, '')),
  }));
  return { values, problem: { ...problem, errors } };
}

interface StepProps {
  page: Page;
  step: Step;
  form: FormState;
  policy?: PasswordPolicyResponse | undefined;
  otpauthUri?: string | undefined;
}

function StepForm(props: StepProps): VNode {
  const { name, asks } = props.step.state;
  if (asks.length === 0) return <ContinueForm {...props} />;
  if (name === mfaSetup) return <SetupForm {...props} />;
  if (name === newPasswordRequired) return <NewPasswordForm {...props} />;
  return name === 'SELECT_MFA_TYPE' ? <FactorForm {...props} /> : <CodeForm {...props} />;
}

function CodeForm({ page, step, form }: StepProps): VNode {
  const { step: texts } = page.texts;
  const isApp = step.state.name === authenticator;
  return (
    <StepLayout page={page} step={step} form={form} title={texts.codeTitle}>
      <p>{isApp ? texts.appCode : fillText(texts.sentCode, { destination: step.destination ?? '' })}</p>
      <form method="post">
        <CodeField page={page} form={form} />
        <Submit>{page.texts.common.continue}</Submit>
      </form>
    </StepLayout>
  );
}

function SetupForm({ page, step, form, otpauthUri = '' }: StepProps): VNode {
  const { step: texts } = page.texts;
  return (
    <StepLayout page={page} step={step} form={form} title={texts.setupTitle}>
      <p>{texts.setup}</p>
      <TotpSetup page={page} otpauthUri={otpauthUri} />
      <form method="post">
        <CodeField page={page} form={form} autofocus={false} />
        <Submit>{page.texts.common.continue}</Submit>
      </form>
    </StepLayout>
  );
}

function NewPasswordForm({ page, step, form, policy }: StepProps): VNode {
  const { step: texts } = page.texts;
  const attributes = step.state.asks.filter((ask) => ask !== 'NEW_PASSWORD');
  return (
    <StepLayout page={page} step={step} form={form} title={texts.newPasswordTitle}>
      <p>{texts.newPassword}</p>
      <form method="post">
        <NewPasswordFields page={page} form={form} policy={policy} />
        {attributes.map((name) => (
          <Field key={name} page={page} form={form} name={name} {...attributeField(page, name)} />
        ))}
        <Submit>{page.texts.common.continue}</Submit>
      </form>
    </StepLayout>
  );
}

/** The label and the autocomplete token of a pool attribute; the attribute's own name where we have no text for it. */
function attributeField({ texts: { fields } }: Page, ask: string): { label: string; autocomplete: string } {
  const name = ask.replace(/^userAttributes\./, '');
  if (name === 'given_name') return { label: fields.firstName, autocomplete: 'given-name' };
  if (name === 'family_name') return { label: fields.lastName, autocomplete: 'family-name' };
  return { label: name.replace(/^custom:/, '').replaceAll('_', ' '), autocomplete: 'on' };
}

function FactorForm({ page, step, form }: StepProps): VNode {
  const { step: texts } = page.texts;
  return (
    <StepLayout page={page} step={step} form={form} title={texts.chooseTitle}>
      <form method="post">
        <fieldset>
          <legend>{texts.choose}</legend>
          {step.state.choices?.map((choice, index) => (
            <label key={choice} class="choice">
              <input type="radio" name="factor" value={choice} required checked={index === 0} />
              {texts.factors[choice as keyof typeof texts.factors] ?? choice}
            </label>
          ))}
        </fieldset>
        <Submit>{page.texts.common.continue}</Submit>
      </form>
    </StepLayout>
  );
}

/** The code was accepted, but Cognito did not answer the last command. */
function ContinueForm({ page, step, form }: StepProps): VNode {
  const { step: texts } = page.texts;
  return (
    <StepLayout page={page} step={step} form={form} title={texts.continueTitle}>
      <p>{texts.continueText}</p>
      <form method="post">
        <Submit>{page.texts.common.continue}</Submit>
      </form>
    </StepLayout>
  );
}

interface StepLayoutProps {
  page: Page;
  step: Step;
  form: FormState;
  title: string;
  children: ComponentChildren;
}

function StepLayout({ page, step, form, title, children }: StepLayoutProps): VNode {
  return (
    <Layout page={page} title={title} problem={form.problem}>
      {children}
      <p class="links">
        <a href={withReturnTo(page, '/sign-in', step.returnTo)}>{page.texts.step.startAgain}</a>
      </p>
    </Layout>
  );
}

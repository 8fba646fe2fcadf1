import { Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { CancelEmailChangeRequest, ConfirmRequest, type Problem } from '#contracts';
import { Public } from '../../common/http/access.decorators.js';
import { FormPost } from '../../common/http/forms.js';
import { validateDto } from '../../common/http/validate-dto.js';
import { texts } from '../../i18n/languages.js';
import { countEvenOnSuccess } from '../../rate-limit/rate-limit.guard.js';
import { RateLimited } from '../../rate-limit/rate-limited.decorator.js';
import { ConfirmationService } from '../../registration/confirmation.service.js';
import { EmailChangeService } from '../../registration/email-change.service.js';
import { Field, Layout, Submit } from '../layout.js';
import { fieldsOf, type FormState, type Page, type PageResult, queryOf, redirect, show } from '../page.js';
import { PageController } from '../page-controller.js';
import { Pages } from '../pages.service.js';

/**
 * The page of mailed links. The token stays in the address of the page, to which its form is sent. Programs that scan mails open
 * links, so nothing is confirmed without a click.
 */
@Public()
@PageController()
export class ConfirmationPages {
  constructor(
    private readonly pages: Pages,
    private readonly confirmations: ConfirmationService,
    private readonly emailChanges: EmailChangeService,
  ) {}

  @Get('users/confirmation')
  form(@Req() { query }: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): PageResult {
    const page = this.pages.open(reply);
    const { confirmation } = page.texts;
    const parameters = query as object;
    if ('done' in parameters)
      return show(<DonePage page={page} title={confirmation.doneTitle} text={confirmation.done} />);
    if ('cancelled' in parameters)
      return show(<DonePage page={page} title={confirmation.cancelledTitle} text={confirmation.cancelled} />);
    return show('cancel' in parameters ? <CancelForm page={page} /> : <ConfirmForm page={page} />);
  }

  /** POST /users/confirmation with a form. A JSON body is for the API, which mails the link again. */
  @FormPost('users/confirmation')
  @RateLimited('confirmation')
  async send(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PageResult> {
    const page = this.pages.open(reply);
    const cancel = fieldsOf(request, 'cancel').cancel ?? queryOf(request, 'cancel');
    return cancel === undefined ? this.confirm(page) : this.cancel(page, cancel);
  }

  private confirm(page: Page): Promise<PageResult> {
    const { request } = page;
    const { token = queryOf(request, 'token'), password } = fieldsOf(request, 'token', 'password');
    return this.pages.attempt(
      page,
      async () => {
        await this.confirmations.confirm(validateDto(ConfirmRequest, { token, password }), page.language);
        return redirect(page.href('/users/confirmation?done'));
      },
      (problem) => <RefusedConfirmation page={page} problem={problem} isFirst={password === undefined} />,
    );
  }

  /** The answer is the same for every token, so every attempt counts. */
  private cancel(page: Page, token: string): Promise<PageResult> {
    countEvenOnSuccess(page.reply);
    return this.pages.attempt(
      page,
      async () => {
        await this.emailChanges.cancelByLink(validateDto(CancelEmailChangeRequest, { token }).token);
        return redirect(page.href('/users/confirmation?cancelled'));
      },
      (problem) => <CancelForm page={page} problem={invalidLink(page, problem)} />,
    );
  }
}

function ConfirmForm({ page }: { page: Page }): VNode {
  const { confirmation } = page.texts;
  return (
    <Layout page={page} title={confirmation.title}>
      <p>{confirmation.text}</p>
      <form method="post">
        <Submit>{confirmation.submit}</Submit>
      </form>
    </Layout>
  );
}

/** An address without a token is an invalid link too. */
const invalidLink = ({ language }: Page, problem: Problem): Problem => ({
  ...problem,
  ...texts[language].problems['users.confirmation_invalid'],
  code: 'users.confirmation_invalid',
});

interface RefusedConfirmationProps {
  page: Page;
  problem: Problem;
  /** The page cannot know that a link needs the password before it is sent. */
  isFirst: boolean;
}

function RefusedConfirmation({ page, problem, isFirst }: RefusedConfirmationProps): VNode {
  const { confirmation, fields } = page.texts;
  if (problem.code === 'users.confirmation_invalid' || problem.code === 'request.invalid')
    return (
      <Layout page={page} title={confirmation.title} problem={invalidLink(page, problem)}>
        <p>{confirmation.again}</p>
        <p>
          <a class="button" href={page.href('/sign-up')}>
            {page.texts.signIn.signUp}
          </a>
        </p>
      </Layout>
    );
  const asksPassword = problem.code === 'passwords.blank' || problem.code === 'auth.invalid_credentials';
  const isWrong = problem.code === 'auth.invalid_credentials';
  const form: FormState = {
    values: {},
    problem: isWrong ? { ...problem, title: page.texts.common.error, detail: confirmation.wrong } : problem,
  };
  const isQuestion = isFirst && problem.code === 'passwords.blank';
  return (
    <Layout page={page} title={confirmation.title} problem={isQuestion ? undefined : form.problem}>
      <form method="post">
        {asksPassword && (
          <Field
            page={page}
            form={isQuestion ? { values: {} } : form}
            name="password"
            label={fields.password}
            hint={confirmation.password}
            type="password"
            autocomplete="current-password"
            maxlength={256}
            autofocus={isQuestion}
          />
        )}
        <Submit>{confirmation.submit}</Submit>
      </form>
    </Layout>
  );
}

function CancelForm({ page, problem }: { page: Page; problem?: Problem }): VNode {
  const { confirmation } = page.texts;
  return (
    <Layout page={page} title={confirmation.cancelTitle} problem={problem}>
      <p>{confirmation.cancelText}</p>
      <form method="post">
        <Submit>{confirmation.cancelSubmit}</Submit>
      </form>
    </Layout>
  );
}

function DonePage({ page, title, text }: { page: Page; title: string; text: string }): VNode {
  return (
    <Layout page={page} title={title}>
      <p>{text}</p>
      <p>
        <a class="button" href={page.href('/sign-in')}>
          {page.texts.signIn.submit}
        </a>
      </p>
    </Layout>
  );
}

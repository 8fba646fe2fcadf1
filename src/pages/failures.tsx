import type { VNode } from 'preact';
import type { ErrorCode, Problem } from '#contracts';
import type { AppError } from '../common/errors/app-error.js';
import { fillText } from '../i18n/page-texts.js';
import { Layout } from './layout.js';
import type { Page } from './page.js';

/** Answered by a page of their own: a correction of the form does not help. */
const ownPage = new Set<ErrorCode>([
  'too_many_requests',
  'auth.token_invalid',
  'auth.csrf',
  'auth.forbidden',
  'request.not_found',
  'cognito.unexpected_answer',
  'internal',
]);

export const isAnsweredInPlace = ({ code }: AppError): boolean => !ownPage.has(code);

export const failurePage = (page: Page, problem: Problem): VNode =>
  problem.code === 'too_many_requests' ? (
    <TooManyPage page={page} problem={problem} />
  ) : (
    <FailurePage page={page} problem={problem} />
  );

/** Seconds; a longer wait is shown in minutes. The same in pages.js. */
const longWait = 90;

/** A rate limit was reached. The script counts the seconds down. */
function TooManyPage({ page, problem }: { page: Page; problem: Problem }): VNode {
  const { tooMany } = page.texts;
  const seconds = problem.retryAfter ?? 60;
  return (
    <Layout page={page} title={tooMany.title}>
      <p data-countdown={seconds} data-text={tooMany.wait} data-long-text={tooMany.waitMinutes} role="timer">
        {seconds > longWait
          ? fillText(tooMany.waitMinutes, { minutes: Math.ceil(seconds / 60) })
          : fillText(tooMany.wait, { seconds })}
      </p>
      <p>
        <a class="button" href="">
          {tooMany.retry}
        </a>
      </p>
    </Layout>
  );
}

/** An error without a page of its own. */
function FailurePage({ page, problem }: { page: Page; problem: Problem }): VNode {
  const { failed, problems } = page.texts;
  const isOurs = problem.status >= 500;
  return (
    <Layout page={page} title={isOurs ? failed.title : problem.title}>
      <p>{isOurs ? failed.text : (problems[problem.code] ?? problem.detail)}</p>
      {isOurs && (
        <p>
          <code>{problem.requestId}</code>
        </p>
      )}
      <p>
        <a class="button secondary" href={page.href('/sign-in')}>
          {failed.back}
        </a>
      </p>
    </Layout>
  );
}

import { Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { VNode } from 'preact';
import type { Problem, SessionResponse } from '#contracts';
import { isAppError } from '../../common/errors/app-error.js';
import { CurrentUser, type Principal } from '../../common/http/caller.decorators.js';
import { FormPost } from '../../common/http/forms.js';
import { fillText } from '../../i18n/page-texts.js';
import { SessionCookie } from '../../sessions/session-cookie.js';
import { SessionService } from '../../sessions/session.service.js';
import { SignOutService } from '../../sessions/sign-out.service.js';
import { CurrentUserService } from '../../users/current-user.service.js';
import { type Alert, Notice } from '../layout.js';
import { fieldsOf, type Page, type PageResult, queryOf, redirect, show } from '../page.js';
import { PageController } from '../page-controller.js';
import { Pages } from '../pages.service.js';
import { AccountLayout } from './account-layout.js';
import { deviceName } from './device-name.js';

const path = '/account/sessions';

/** Sessions on one page. */
const limit = '20';

@PageController()
export class SessionsPages {
  constructor(
    private readonly pages: Pages,
    private readonly currentUser: CurrentUserService,
    private readonly sessions: SessionService,
    private readonly signOuts: SignOutService,
    private readonly sessionCookie: SessionCookie,
  ) {}

  @Get('account/sessions')
  async list(
    @CurrentUser() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PageResult> {
    const page = this.pages.open(reply);
    try {
      return show(await this.render(page, caller));
    } catch (error) {
      // The position of an old link.
      if (isAppError(error, 'request.invalid')) return redirect(page.href(path));
      throw error;
    }
  }

  @FormPost('account/sessions')
  async signOut(
    @CurrentUser() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PageResult> {
    const page = this.pages.open(reply);
    const { session = '', action } = fieldsOf(page.request, 'session', 'action');
    return this.pages.attempt(
      page,
      async () => {
        if (action === 'everywhere') return this.signOutEverywhere(page, caller);
        await this.signOuts.signOutById(caller, await this.currentUser.resolve(caller), session);
        return redirect(page.href(`${path}?revoked`));
      },
      (problem) => this.render(page, caller, problem),
      ['request.not_found'],
    );
  }

  private async signOutEverywhere(page: Page, caller: Principal): Promise<PageResult> {
    await this.signOuts.signOutEverywhere(caller);
    this.sessionCookie.clear(page.reply);
    return redirect(page.href('/signed-out'));
  }

  private async render(page: Page, caller: Principal, problem?: Problem): Promise<VNode> {
    const { email } = await this.currentUser.resolve(caller);
    const after = queryOf(page.request, 'after');
    const { sessions, next } = await this.sessions.list(caller, { limit, ...(after && { after }) });
    const list = { sessions, next, isFirst: after === undefined };
    return <SessionsView page={page} email={email} list={list} problem={problem} />;
  }
}

interface SessionList {
  sessions: SessionResponse[];
  /** The cursor of the next page. */
  next: string | undefined;
  isFirst: boolean;
}

interface SessionsViewProps {
  page: Page;
  email: string;
  list: SessionList;
  problem: Problem | undefined;
}

function SessionsView({ page, email, list, problem }: SessionsViewProps): VNode {
  const { sessions: texts } = page.texts.account;
  const { sessions, next, isFirst } = list;
  const isOnly = isFirst && next === undefined && sessions.every(({ current }) => current);
  const shown = problem?.code === 'request.not_found' ? goneAlert(page) : problem;
  return (
    <AccountLayout page={page} email={email} path={path} title={texts.title} problem={shown}>
      {problem === undefined && queryOf(page.request, 'revoked') !== undefined && (
        <Notice>{texts.revoked}</Notice>
      )}
      <p>{isOnly ? texts.none : texts.text}</p>
      <ul class="list">
        {sessions.map((session) => (
          <SessionItem key={session.id} page={page} session={session} />
        ))}
      </ul>
      {next !== undefined && (
        <p>
          <a href={page.href(`${path}?after=${encodeURIComponent(next)}`)}>{texts.more}</a>
        </p>
      )}
      {!isFirst && (
        <p>
          <a href={page.href(path)}>{texts.first}</a>
        </p>
      )}
      <h2>{texts.everywhere}</h2>
      <p>{texts.everywhereText}</p>
      <form method="post">
        <input type="hidden" name="action" value="everywhere" />
        <p>
          <button type="submit" class="danger">
            {texts.everywhereSubmit}
          </button>
        </p>
      </form>
    </AccountLayout>
  );
}

const goneAlert = ({ texts }: Page): Alert => {
  const { gone: title, goneText: text } = texts.account.sessions;
  return { title, text };
};

function SessionItem({ page, session }: { page: Page; session: SessionResponse }): VNode {
  const { sessions: texts } = page.texts.account;
  const name = nameOf(page, session);
  return (
    <li>
      <div>
        <strong>{name}</strong>
        {session.current && <span class="badge">{texts.current}</span>}
        <p class="muted">
          <LastUsed page={page} at={session.lastUsedAt} />
          {session.address !== null && <> · {session.address}</>}
        </p>
      </div>
      {!session.current && (
        <form method="post">
          <input type="hidden" name="session" value={session.id} />
          <button type="submit" class="secondary small" aria-label={`${texts.revoke}: ${name}`}>
            {texts.revoke}
          </button>
        </form>
      )}
    </li>
  );
}

function nameOf({ texts }: Page, { device }: SessionResponse): string {
  const { device: both, unknownDevice } = texts.account.sessions;
  if (device === null || device.trim() === '') return unknownDevice;
  const { browser, system, text } = deviceName(device);
  return browser && system ? fillText(both, { browser, system }) : (browser ?? text);
}

function LastUsed({ page, at }: { page: Page; at: string }): VNode {
  const [before, after] = page.texts.account.sessions.lastUsed.split('{time}');
  const format = new Intl.DateTimeFormat(page.language, {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: 'UTC',
  });
  return (
    <>
      {before}
      <time dateTime={at}>{format.format(new Date(at))}</time>
      {after}
    </>
  );
}

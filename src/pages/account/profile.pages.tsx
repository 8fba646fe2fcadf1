import { Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { VNode } from 'preact';
import { UpdateMeRequest } from '#contracts';
import { CurrentUser, type Principal } from '../../common/http/caller.decorators.js';
import { FormPost } from '../../common/http/forms.js';
import { validateDto } from '../../common/http/validate-dto.js';
import { fillText } from '../../i18n/page-texts.js';
import { CurrentUserService } from '../../users/current-user.service.js';
import { ProfileService } from '../../users/profile.service.js';
import type { Me } from '../../users/user.js';
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
import { AccountLayout } from './account-layout.js';

@PageController()
export class ProfilePages {
  constructor(
    private readonly pages: Pages,
    private readonly currentUser: CurrentUserService,
    private readonly profiles: ProfileService,
  ) {}

  @Get('account')
  async form(
    @CurrentUser() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PageResult> {
    const page = this.pages.open(reply);
    const isSaved = queryOf(page.request, 'saved') !== undefined;
    const me = await this.currentUser.read(caller);
    return show(<ProfileForm page={page} me={me} form={blankForm} isSaved={isSaved} />);
  }

  @FormPost('account')
  async save(
    @CurrentUser() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PageResult> {
    const page = this.pages.open(reply);
    const values = fieldsOf(page.request, 'firstName', 'lastName');
    return this.pages.attempt(
      page,
      async () => {
        const request = validateDto(UpdateMeRequest, values);
        await this.profiles.change(await this.currentUser.resolve(caller), request);
        return redirect(page.href('/account?saved'));
      },
      async (problem) => (
        <ProfileForm page={page} me={await this.currentUser.read(caller)} form={{ values, problem }} />
      ),
    );
  }
}

interface ProfileFormProps {
  page: Page;
  me: Me;
  form: FormState;
  isSaved?: boolean;
}

function ProfileForm({ page, me, form, isSaved = false }: ProfileFormProps): VNode {
  const { account, fields } = page.texts;
  const { profile: texts } = account;
  return (
    <AccountLayout page={page} email={me.email} path="/account" title={texts.title} problem={form.problem}>
      {isSaved && <Notice>{texts.saved}</Notice>}
      <form method="post">
        <Field
          page={page}
          form={form}
          name="firstName"
          label={fields.firstName}
          autocomplete="given-name"
          value={me.firstName ?? undefined}
          optional
          maxlength={255}
        />
        <Field
          page={page}
          form={form}
          name="lastName"
          label={fields.lastName}
          autocomplete="family-name"
          value={me.lastName ?? undefined}
          optional
          maxlength={255}
        />
        <Submit>{account.save}</Submit>
      </form>
      <h2>{texts.email}</h2>
      <p>{me.email}</p>
      {me.unconfirmedEmail !== null && (
        <p class="muted">{fillText(account.email.pending, { email: me.unconfirmedEmail })}</p>
      )}
      <p>
        <a href={page.href('/account/email')}>{texts.changeEmail}</a>
      </p>
    </AccountLayout>
  );
}

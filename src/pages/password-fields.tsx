import { Injectable } from '@nestjs/common';
import type { VNode } from 'preact';
import type { PasswordPolicyResponse } from '#contracts';
import { UserDirectory } from '../cognito/user-directory.js';
import { patterns } from '../credentials/password-policy.js';
import { fillText } from '../i18n/page-texts.js';
import { Field } from './layout.js';
import type { FormState, Page } from './page.js';

/** The rules for a new password, where they can be read. */
@Injectable()
export class PolicyReader {
  constructor(private readonly directory: UserDirectory) {}

  /** @returns `undefined` without AWS credentials or while Cognito is unavailable: the page shows no rules then */
  async read(): Promise<PasswordPolicyResponse | undefined> {
    try {
      return await this.directory.passwordPolicy();
    } catch {
      return undefined;
    }
  }
}

interface NewPasswordProps {
  page: Page;
  form: FormState;
  policy: PasswordPolicyResponse | undefined;
  /** Of the first field. */
  label?: string;
}

/** A new password, typed twice, with the rules of the pool. The script marks the rules that are met. */
export function NewPasswordFields({ page, policy, label, ...props }: NewPasswordProps): VNode {
  const form = withMinimum(props.form, policy);
  const { fields } = page.texts;
  return (
    <>
      <Field
        page={page}
        form={form}
        name="password"
        label={label ?? fields.newPassword}
        type="password"
        autocomplete="new-password"
        maxlength={256}
        {...(policy && { describedBy: 'password-rules' })}
      />
      {policy && <PasswordRules page={page} policy={policy} />}
      <Field
        page={page}
        form={form}
        name="passwordConfirmation"
        label={fields.repeatPassword}
        type="password"
        autocomplete="new-password"
        maxlength={256}
      />
    </>
  );
}

/** Cognito's refusal of a short password does not name the minimum. */
function withMinimum(form: FormState, policy: PasswordPolicyResponse | undefined): FormState {
  const { values, problem } = form;
  if (policy === undefined || problem?.errors === undefined) return form;
  const params = { minimum: policy.minimumLength };
  const errors = problem.errors.map((error) => (error.code === 'too_short' ? { params, ...error } : error));
  return { values, problem: { ...problem, errors } };
}

function PasswordRules({ page, policy }: { page: Page; policy: PasswordPolicyResponse }): VNode {
  const { policy: texts } = page.texts;
  const { minimumLength, passwordHistorySize } = policy;
  const required = Object.keys(patterns) as (keyof typeof patterns)[];
  const rules: { text: string; pattern?: string }[] = [
    { text: fillText(texts.minimumLength, { minimum: minimumLength }), pattern: `^.{${minimumLength},}$` },
    ...required
      .filter((rule) => policy[rule])
      .map((rule) => ({ text: texts[rule], pattern: patterns[rule][0].source })),
  ];
  return (
    <div class="rules" id="password-rules" data-rules-of="password">
      <p>{texts.title}</p>
      <ul>
        {rules.map(({ text, pattern }) => (
          <li key={text} data-pattern={pattern}>
            {text}
          </li>
        ))}
      </ul>
      {passwordHistorySize > 0 && <p>{fillText(texts.history, { count: passwordHistorySize })}</p>}
    </div>
  );
}

import type { VNode } from 'preact';
import type { FastifyRequest } from 'fastify';
import { type Problem, ProofRequest } from '#contracts';
import { validateDto } from '../../common/http/validate-dto.js';
import { type Alert, CodeField, Field } from '../layout.js';
import { fieldsOf, type Form, type FormState, type Page } from '../page.js';

/** @returns the fields of a proof, as typed */
export const typedProof = (request: FastifyRequest): Form => fieldsOf(request, 'password', 'code');

/** @throws AppError `request.invalid` */
export const toProof = ({ password, code }: Form): ProofRequest =>
  validateDto(ProofRequest, { password: password || undefined, code: code || undefined });

/** Cognito asks for a code after the right password; a form that had a code asks for it again. */
const asksCode = ({ values, problem }: FormState): boolean =>
  values.code !== undefined || problem?.errors?.some(({ field }) => field === 'code') === true;

const isUntried = (problem: Problem | undefined): boolean =>
  problem?.code === 'auth.reauthentication_required';

/** @returns what the page says about a refused password or code: nothing where none was tried yet */
export function alertOfProof(page: Page, form: FormState): Problem | Alert | undefined {
  const { problem } = form;
  if (isUntried(problem)) return undefined;
  if (problem?.code !== 'auth.invalid_credentials') return problem;
  const { wrong } = page.texts.account;
  return { title: wrong.title, text: asksCode(form) ? wrong.code : wrong.text };
}

/** Tells password managers whose password a form asks for. */
export const Username = ({ email }: { email: string }): VNode => (
  <input type="text" name="username" autocomplete="username" value={email} readonly hidden />
);

interface ProofFieldsProps {
  page: Page;
  email: string;
  form: FormState;
}

/** The password, and the code of the second factor once Cognito asks for it. */
export function ProofFields({ page, email, form }: ProofFieldsProps): VNode {
  const { account, fields } = page.texts;
  const { problem } = form;
  const shown = isUntried(problem) ? { values: form.values } : form;
  return (
    <>
      <Username email={email} />
      <p>{asksCode(form) ? account.proof.code : account.proof.text}</p>
      <Field
        page={page}
        form={shown}
        name="password"
        label={fields.password}
        type="password"
        autocomplete="current-password"
        maxlength={256}
        autofocus={isUntried(problem)}
        error={wrongPassword(page, problem)}
      />
      {asksCode(form) && <CodeField page={page} form={{ ...shown, values: {} }} autofocus={false} />}
    </>
  );
}

/** @returns the error of a password that Cognito refused. With a code, either can be wrong. */
export const wrongPassword = (page: Page, problem: Problem | undefined): string | undefined =>
  problem?.code === 'auth.invalid_credentials' && !problem.errors?.length
    ? page.texts.account.wrong.field
    : undefined;

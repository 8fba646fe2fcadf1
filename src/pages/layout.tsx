import type { ComponentChildren, VNode } from 'preact';
import type { FieldError, Problem } from '#contracts';
import { languages, pageTexts } from '../i18n/languages.js';
import { fillText } from '../i18n/page-texts.js';
import type { FormState, Page } from './page.js';

/** What a page says about a refused form, instead of the text for the code of the problem. */
export interface Alert {
  title: string;
  text: string;
}

interface LayoutProps {
  page: Page;
  title: string;
  /** Shown above the content, and named in the title. */
  problem?: Problem | Alert | undefined;
  /** On pages that need a session: the user's address and the navigation. Such a page is wide. */
  signedIn?: { email: string; nav: VNode };
  children?: ComponentChildren;
}

export function Layout({ page, title, problem, signedIn, children }: LayoutProps): VNode {
  const { app, assets, language, texts } = page;
  const { common } = texts;
  return (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>{`${problem ? `${common.error}: ` : ''}${title} · ${app.name}`}</title>
        <link rel="icon" type="image/svg+xml" href={assets.icon} />
        <link rel="stylesheet" href={assets.style} />
        <script type="module" src={assets.script}></script>
      </head>
      <body class={signedIn && 'wide'} data-show={common.show} data-hide={common.hide}>
        <header class="brand">
          {app.logoUrl === undefined ? (
            <span>{app.name}</span>
          ) : (
            <img src={app.logoUrl} alt={app.name} height="40" />
          )}
          {signedIn && <SignedInUser page={page} email={signedIn.email} />}
        </header>
        {signedIn?.nav}
        <main>
          <h1>{title}</h1>
          {problem && <ProblemAlert page={page} problem={problem} />}
          {children}
        </main>
        <footer>
          <Support page={page} />
          <LanguageSwitch page={page} />
        </footer>
      </body>
    </html>
  );
}

function SignedInUser({ page, email }: { page: Page; email: string }): VNode {
  return (
    <div class="user">
      <span>{email}</span>
      <form method="post" action={page.href('/signed-out')}>
        <button type="submit" class="secondary small">
          {page.texts.account.signOut}
        </button>
      </form>
    </div>
  );
}

function ProblemAlert({ page, problem }: { page: Page; problem: Problem | Alert }): VNode {
  const own = 'text' in problem ? undefined : page.texts.problems[problem.code];
  const text = 'text' in problem ? problem.text : problem.detail;
  return (
    <div class="alert error" role="alert" tabindex={-1}>
      <strong>{own ?? problem.title}</strong>
      {own === undefined && <p>{text}</p>}
    </div>
  );
}

export function Notice({ children }: { children: ComponentChildren }): VNode {
  return (
    <div class="alert success" role="status">
      {children}
    </div>
  );
}

function Support({ page: { app, texts } }: { page: Page }): VNode | null {
  const { supportEmail } = app;
  if (supportEmail === undefined) return null;
  const [before, after] = texts.common.support.split('{email}');
  return (
    <p>
      {before}
      <a href={`mailto:${supportEmail}`}>{supportEmail}</a>
      {after}
    </p>
  );
}

function LanguageSwitch({ page }: { page: Page }): VNode {
  return (
    <nav aria-label={page.texts.common.language}>
      <ul class="languages">
        {languages.map((language) => {
          const { languageName } = pageTexts[language];
          return (
            <li key={language}>
              {language === page.language ? (
                <span aria-current="true">{languageName}</span>
              ) : (
                <a
                  href={page.href(`/language/${language}`)}
                  lang={language}
                  hreflang={language}
                  rel="nofollow"
                >
                  {languageName}
                </a>
              )}
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

interface FieldProps {
  page: Page;
  form: FormState;
  name: string;
  /** Default: the name. */
  id?: string;
  label: string;
  type?: 'text' | 'email' | 'password';
  autocomplete: string;
  /** The value without one that was typed. */
  value?: string | undefined;
  optional?: boolean;
  hint?: string | undefined;
  inputmode?: 'numeric' | 'email';
  maxlength?: number;
  autofocus?: boolean;
  /** The id of a text that describes the field. */
  describedBy?: string;
  /** An error that the problem does not name. */
  error?: string | undefined;
}

/** A labelled input with its hint and its errors. A password is never filled in again. */
export function Field(props: FieldProps): VNode {
  const { page, form, name, id = name, label, type = 'text', autocomplete, optional = false, hint } = props;
  const errors = (form.problem?.errors ?? [])
    .filter(({ field }) => field === name)
    .map((error) => fieldErrorText(page, error));
  if (props.error !== undefined) errors.push(props.error);
  const describedBy = [
    hint !== undefined && `${id}-hint`,
    errors.length > 0 && `${id}-error`,
    props.describedBy,
  ].filter(Boolean);
  return (
    <div class="field">
      <label for={id}>
        {label}
        {optional && <span class="optional"> ({page.texts.common.optional})</span>}
      </label>
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {errors.length > 0 && (
        <p class="field-error" id={`${id}-error`}>
          {errors.map((error) => (
            <span key={error}>{error} </span>
          ))}
        </p>
      )}
      <input
        id={id}
        name={name}
        // Preact's attributes are a union by type.
        {...({ type } as { type: 'text' })}
        autocomplete={autocomplete}
        value={type === 'password' ? undefined : (form.values[name] ?? props.value)}
        required={!optional}
        inputmode={props.inputmode}
        maxlength={props.maxlength}
        autofocus={props.autofocus}
        autocapitalize={type === 'text' && inputKeepsCase(autocomplete) ? undefined : 'none'}
        spellcheck={false}
        aria-invalid={errors.length > 0 ? 'true' : undefined}
        aria-describedby={describedBy.length > 0 ? describedBy.join(' ') : undefined}
      />
    </div>
  );
}

/** Names begin with a capital letter; codes and addresses do not. */
const inputKeepsCase = (autocomplete: string): boolean =>
  autocomplete.endsWith('name') && autocomplete !== 'username';

/** @returns the general text if a limit that the text names is not known */
function fieldErrorText({ texts: { fieldErrors } }: Page, { code, params }: FieldError): string {
  const known = { ...params } as Record<string, number | undefined>;
  const text = fieldErrors[code] ?? fieldErrors.invalid;
  const values = Object.fromEntries(placeholdersOf(text).map((name) => [name, known[name] ?? '']));
  return Object.values(values).includes('') ? fieldErrors.invalid : fillText(text, values);
}

const placeholdersOf = (text: string): string[] =>
  [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);

/**
 * The address of an account. Not `type="email"`: browsers refuse addresses that accounts of the legacy application can have.
 */
export function AccountEmailField(props: { page: Page; form: FormState; autofocus?: boolean }): VNode {
  const { page, form, autofocus = form.problem === undefined } = props;
  return (
    <Field
      page={page}
      form={form}
      name="email"
      label={page.texts.fields.email}
      autocomplete="username"
      inputmode="email"
      autofocus={autofocus}
    />
  );
}

/** The digits of an authenticator app or of a sent code. */
export function CodeField(props: { page: Page; form: FormState; name?: string; autofocus?: boolean }): VNode {
  const { page, form, name = 'code', autofocus = true } = props;
  return (
    <Field
      page={page}
      form={form}
      name={name}
      label={page.texts.fields.code}
      autocomplete="one-time-code"
      inputmode="numeric"
      autofocus={autofocus}
    />
  );
}

export const Submit = ({ children }: { children: ComponentChildren }): VNode => (
  <p class="submit">
    <button type="submit">{children}</button>
  </p>
);

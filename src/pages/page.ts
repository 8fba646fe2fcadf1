import type { FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import type { Problem } from '#contracts';
import type { Language } from '../i18n/languages.js';
import type { PageTexts } from '../i18n/page-texts.js';

/** What every page shows or needs, besides its own content. */
export interface Page {
  language: Language;
  texts: PageTexts;
  app: { name: string; logoUrl: string | undefined; supportEmail: string | undefined };
  /** @returns the path below that of PUBLIC_URL */
  href(path: string): string;
  /** Paths of the files that every page loads. */
  assets: { style: string; script: string; icon: string };
  request: FastifyRequest;
  reply: FastifyReply;
}

/** The answer of a page's route: a document, or `303 See Other`. */
export type PageResult = { status: number; body: VNode } | { location: string };

export const show = (body: VNode, status = 200): PageResult => ({ status, body });

/** @param location a path that `Page.href` returns, or an absolute URL */
export const redirect = (location: string): PageResult => ({ location });

/** The fields of a form, as typed. */
export type Form = Readonly<Record<string, string>>;

/** A form to show again: with what was typed, and with what was refused. */
export interface FormState {
  values: Form;
  problem?: Problem;
}

/** An empty form. */
export const blankForm: FormState = { values: {} };

/** @returns the fields with these names; absent where the form has none */
export function fieldsOf({ body }: FastifyRequest, ...names: string[]): Record<string, string> {
  const typed = body as Form | undefined;
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = typed && Object.hasOwn(typed, name) ? typed[name] : undefined;
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** @returns the fields that are not blank, so that a blank one is `missing` */
export const filled = (values: Form): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));

/** @returns the path with the page's `return_to`, so that a detour ends where it was to end */
export function withReturnTo(
  page: Page,
  path: string,
  returnTo = queryOf(page.request, 'return_to'),
): string {
  return page.href(returnTo === undefined ? path : `${path}?return_to=${encodeURIComponent(returnTo)}`);
}

/** @returns a parameter of the page's address; `undefined` if it is absent or repeated */
export function queryOf({ query }: FastifyRequest, name: string): string | undefined {
  const value = (query as Record<string, unknown>)[name];
  return typeof value === 'string' ? value : undefined;
}

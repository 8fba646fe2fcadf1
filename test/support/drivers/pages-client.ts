import { type Answer, type ApiClient, apiClient } from './api-client.js';

export type PageAnswer = Answer<unknown> & {
  /** The text of the document without its markup. */
  words: string;
  /** `Location` of a redirect, which is not followed. */
  location: string | null;
};

/** A browser without JavaScript that keeps cookies and follows no redirects. */
export interface PagesClient {
  cookies: ApiClient['cookies'];
  open(path: string, headers?: Record<string, string>): Promise<PageAnswer>;
  /** Posts a form to a page. */
  submit(
    path: string,
    fields?: Record<string, string>,
    headers?: Record<string, string>,
  ): Promise<PageAnswer>;
  /** Signs in with a password. @throws Error without a session */
  signIn(email: string, password: string): Promise<void>;
}

/** @param seen receives every document */
export function pagesClient(url: string, seen: string[] = []): PagesClient {
  const client = apiClient(url, { keepsCookies: true, redirect: 'manual' });
  const see = (answer: Answer<unknown>): PageAnswer => {
    seen.push(answer.text);
    return { ...answer, words: wordsOf(answer.text), location: answer.headers.get('location') };
  };
  const submit: PagesClient['submit'] = async (path, fields = {}, headers = {}) =>
    see(
      await client.call('POST', path, {
        raw: new URLSearchParams(fields).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      }),
    );
  return {
    cookies: client.cookies,
    open: async (path, headers = {}) => see(await client.call('GET', path, { headers })),
    submit,
    signIn: async (email, password) => {
      const { status, location } = await submit('/sign-in', { email, password });
      if (status !== 303 || location !== '/account') throw new Error(`no session, but ${status} ${location}`);
    },
  };
}

const entities: Record<string, string> = { lt: '<', gt: '>', quot: '"', amp: '&' };

const wordsOf = (html: string): string =>
  html
    .replace(/<[^>]*>/g, ' ')
    .replace(/&(\w+);/g, (all, name: string) => entities[name] ?? all)
    .replace(/\s+/g, ' ');

import type { ComponentChildren, VNode } from 'preact';
import type { Problem } from '#contracts';
import { type Alert, Layout } from '../layout.js';
import type { Page } from '../page.js';

/** The pages of the account, in the order of the navigation, with the names of their texts. */
const pages = [
  ['/account', 'profile'],
  ['/account/password', 'password'],
  ['/account/email', 'email'],
  ['/account/security', 'security'],
  ['/account/sessions', 'sessions'],
  ['/account/delete', 'deletion'],
] as const;

export type AccountPath = (typeof pages)[number][0];

interface AccountLayoutProps {
  page: Page;
  /** The address of the user. */
  email: string;
  path: AccountPath;
  title: string;
  problem?: Problem | Alert | undefined;
  children: ComponentChildren;
}

/** The frame of the pages of the account. */
export function AccountLayout({ page, email, path, title, problem, children }: AccountLayoutProps): VNode {
  const nav = <Navigation page={page} current={path} />;
  return (
    <Layout page={page} title={title} problem={problem} signedIn={{ email, nav }}>
      {children}
    </Layout>
  );
}

function Navigation({ page, current }: { page: Page; current: AccountPath }): VNode {
  const { account } = page.texts;
  return (
    <nav aria-label={account.navigation}>
      <ul class="tabs">
        {pages.map(([path, name]) => (
          <li key={path}>
            <a href={page.href(path)} aria-current={path === current ? 'page' : undefined}>
              {account[name].link}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

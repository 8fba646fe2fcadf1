import { describe, expect, it } from '@jest/globals';
import type { StackFile } from './stack-file.js';
import { startPage } from './start-page.js';

const stack: StackFile = {
  apiUrl: 'http://127.0.0.1:3000',
  userPoolUrl: 'http://127.0.0.1:9229',
  region: 'us-east-1',
  userPoolId: 'us-east-1_abc',
  clientId: 'client',
  databaseUrl: 'postgresql://postgres:database-password@127.0.0.1/usher',
  migrationAccessToken: 'migration-token',
  lambdaUrl: 'http://127.0.0.1:9001',
  logsUrl: 'http://127.0.0.1:9229',
  mailUrl: 'http://127.0.0.1:8025',
  sessionSecrets: 'session-secret',
  demoUsers: [
    { email: 'ada@example.com', password: `<b>"it's" & done`, note: 'signs in' },
    { email: 'dave@example.com', password: 'locked-out-1', note: 'refused: locked' },
  ],
};

describe('startPage', () => {
  const page = startPage(stack, 'as Django stores them', true);

  it('shows addresses and each demo user with the answer to expect, but no secret of the stack', () => {
    for (const shown of [stack.apiUrl, stack.userPoolUrl, 'us-east-1_abc', 'as Django stores them'])
      expect(page).toContain(shown);
    for (const link of ['/docs', stack.mailUrl]) expect(page).toContain(`href="${link}"`);
    expect(page).toContain('<td>signs in</td><td>200 with');
    expect(page).toContain('<td>refused: locked</td><td>401 <code>auth.invalid_credentials</code>');
    expect(page).not.toMatch(/migration-token|database-password|session-secret/);
  });

  it('escapes texts and has neither script nor style', () => {
    expect(page).toContain('<code>&lt;b&gt;&quot;it&#39;s&quot; &amp; done</code>');
    expect(page).not.toMatch(/<b>|<script|<style|\son\w+=|\sstyle=|<link/);
  });

  it('links to the hosted pages only if the API serves them', () => {
    expect(page).toContain('href="/sign-in"');
    expect(startPage(stack, '', false)).not.toContain('/sign-in"');
  });

  it('omits the demo users if there are none', () => {
    expect(startPage({ ...stack, demoUsers: [] }, '', true)).not.toMatch(/<table|Demo users/);
  });
});

import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { banner } from './banner.js';
import type { StackFile } from './stack-file.js';

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
  demoUsers: [{ email: 'ada@example.com', password: `it's "quoted" $HOME \\ done`, note: 'signs in' }],
};

describe('banner', () => {
  it('contains a curl line that a shell parses as intended', () => {
    const line = /^curl .*/m.exec(banner(stack, 'here', 'as Django stores them'))?.[0] ?? '';
    const said = execFileSync('/bin/sh', ['-c', `curl() { printf '%s\\n' "$@"; }\n${line}`], {
      encoding: 'utf8',
    });
    expect(said.trimEnd().split('\n')).toEqual([
      '-sS',
      'http://127.0.0.1:3000/auth/sign-in',
      '-H',
      'content-type: application/json',
      '-d',
      JSON.stringify({ email: 'ada@example.com', password: stack.demoUsers[0]?.password }),
    ]);
  });

  it('shows addresses and demo users, but no secret of the stack', () => {
    const text = banner(stack, 'here', 'as Django stores them');
    for (const shown of [stack.apiUrl, stack.mailUrl, stack.userPoolUrl, 'ada@example.com', 'signs in']) {
      expect(text).toContain(shown);
    }
    expect(text).not.toMatch(/migration-token|database-password|session-secret/);
  });

  it('omits the demo users if there are none', () => {
    expect(banner({ ...stack, demoUsers: [] }, 'here', 'as Django stores them')).not.toMatch(
      /curl|Demo users/,
    );
  });
});

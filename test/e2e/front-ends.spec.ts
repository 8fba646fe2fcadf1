import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { projectRoot } from '../../apps/local-stack/src/project-root.js';
import { type DeviseUser, deviseUser } from '../support/builders/devise-users.js';
import { runnableScripts } from '../support/drivers/documented-blocks.js';
import { bearer, signInElsewhere } from '../support/drivers/sessions.js';
import { openUsher } from '../support/drivers/usher.js';

const run = promisify(execFile);
const scripts = runnableScripts('docs/front-ends.md');
const withFlow = scripts.filter(({ commands }) => commands.includes('USER_PASSWORD_AUTH'));
const ada = deviseUser('plain');
/** One legacy user for each script, because each shows a first sign-in. */
const people = ['second', 'cost_10', 'cost_11'].map(deviseUser);

describe('the examples of docs/front-ends.md', () => {
  const usher = openUsher();
  let folder: string;
  let clientId: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'usher-front-ends-'));
    const { UserPoolClient: client } = await usher.cognito.createUserPoolClient({
      UserPoolId: usher.userPoolId,
      ClientName: 'front end',
      ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_SRP_AUTH'],
      PreventUserExistenceErrors: 'ENABLED',
      EnableTokenRevocation: true,
      WriteAttributes: ['name'],
    });
    clientId = client?.ClientId ?? '';
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  const filled = (script: string, person: DeviseUser, api: string) =>
    script
      .replaceAll('https://api.example.com', api)
      .replaceAll('http://127.0.0.1:9229', new URL(usher.variables.COGNITO_ISSUER ?? '').origin)
      .replaceAll('us-east-1_EXAMPLE', usher.userPoolId)
      .replaceAll('1example23456789', clientId)
      .replaceAll(ada.email, person.email)
      .replaceAll(ada.password, person.password);

  /** Runs a script in Node, with the packages that a front end would install. @returns what it prints */
  async function output(script: string): Promise<string[]> {
    const outfile = join(folder, 'script.mjs');
    const { outputFiles } = await build({
      stdin: { contents: script, resolveDir: projectRoot, loader: 'js' },
      alias: { 'usher-client': join(projectRoot, 'clients/typescript/src/index.ts') },
      bundle: true,
      write: false,
      format: 'esm',
      // The files that a bundler for browsers takes.
      platform: 'browser',
      define: { global: 'globalThis', self: 'globalThis' },
      external: ['buffer'],
      logLevel: 'error',
    });
    await writeFile(outfile, outputFiles[0]?.text ?? '');
    const { stdout } = await run(process.execPath, [outfile], { timeout: 25_000 });
    return stdout.trim().split('\n');
  }

  it('are one for each way that a test can run', () => {
    expect(scripts).toHaveLength(people.length);
    expect(withFlow).toHaveLength(2);
    for (const { commands } of scripts) expect(commands).toContain(ada.email);
  });

  it('need AWS_COGNITO_ACCEPTED_CLIENT_IDS: without it the tokens are refused', async () => {
    const { accessToken } = await signInElsewhere(usher, deviseUser('names_nil'), clientId);
    const { status, body } = await usher.api.get('/users/me', bearer(accessToken));
    expect({ status, code: body.code }).toEqual({ status: 401, code: 'auth.token_invalid' });
  });

  it.each(withFlow.map((block) => [block.place, block] as const))(
    '%s needs USER_PASSWORD_AUTH: with SRP a legacy user is refused',
    async (_place, { commands }) => {
      const script = filled(commands, deviseUser('tracked'), usher.url);
      await expect(output(script.replace('USER_PASSWORD_AUTH', 'USER_SRP_AUTH'))).rejects.toMatchObject({
        stderr: expect.stringContaining('NotAuthorizedException'),
      });
    },
  );

  describe('with the app client accepted', () => {
    let api: string;

    beforeAll(async () => {
      const beside = await usher.startBeside({ AWS_COGNITO_ACCEPTED_CLIENT_IDS: clientId });
      api = await beside.app.getUrl();
    });

    it.each(scripts.map((block, index) => [block.place, block, people[index] ?? ada] as const))(
      '%s migrates a legacy user and prints what it says',
      async (_place, { commands }, person) => {
        const script = filled(commands, person, api);
        const printed = [...script.matchAll(/ \/\/ prints (.+)$/gm)].map(([, text = '']) => text);
        expect(printed.length).toBeGreaterThan(0);
        expect(await output(script)).toEqual(printed);
        const rows = await usher.database.sql('SELECT cognito_sub FROM users WHERE email = $1', [
          person.email,
        ]);
        expect(rows).toEqual([{ cognito_sub: expect.any(String) }]);
      },
    );
  });
});

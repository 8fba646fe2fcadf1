import cookie from '@fastify/cookie';
import { Controller, Get, Post } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApplicationConfig } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AppModule } from '../../src/app.module.js';
import { loadConfig } from '../../src/common/config/config.js';
import {
  Groups,
  Roles,
  Scopes,
  Public,
  AllowRevokedSession,
} from '../../src/common/http/access.decorators.js';
import { CurrentUser, type Principal } from '../../src/common/http/caller.decorators.js';
import { Log } from '../../src/common/logging/log.js';
import { type ApiClient, apiClient } from '../support/drivers/api-client.js';
import { createPoolUser, poolPassword } from '../support/builders/pool-users.js';
import * as sessions from '../support/drivers/sessions.js';
import { startUsher, type Usher } from '../support/drivers/usher.js';

const { bearer } = sessions;
// Created in the pool, because checks of legacy passwords would slow down the tests.
const ada = { ...sessions.ada, password: poolPassword };
const bob = { ...sessions.bob, password: poolPassword };
const signInWithTokens = (api: ApiClient, user = ada) => sessions.signInWithTokens(api, user);

const userScope = 'aws.cognito.signin.user.admin';

@Controller('probe')
class ProbeController {
  @Get()
  whoever(@CurrentUser() caller: Principal): object {
    const { accessToken, ...rest } = caller;
    return { ...rest, hasToken: accessToken.split('.').length === 3 };
  }

  @Post()
  change(): string {
    return 'changed';
  }

  @Get('ended')
  @AllowRevokedSession()
  ended(): string {
    return 'still good';
  }

  @Get('roles')
  @Roles('admin', 'auditor')
  roles(): string {
    return 'in';
  }

  @Get('groups')
  @Groups('staff', 'partners')
  groups(): string {
    return 'in';
  }

  @Get('scopes')
  @Scopes(userScope)
  scopes(): string {
    return 'in';
  }

  @Get('more-scopes')
  @Scopes(userScope, 'orders/read')
  moreScopes(): string {
    return 'in';
  }

  @Get('both')
  @Roles('admin')
  @Groups('staff')
  both(): string {
    return 'in';
  }

  @Get('public-with-roles')
  @Public()
  @Roles('admin')
  publicWithRoles(): string {
    return 'in';
  }
}

@Roles('admin')
@Controller('admin')
class AdminController {
  @Get()
  all(): string {
    return 'in';
  }

  @Get('reports')
  @Roles('auditor')
  reports(): string {
    return 'in';
  }
}

let usher: Usher;
let app: NestFastifyApplication;
let api: ApiClient;
let url: string;
beforeAll(async () => {
  usher = await startUsher();
  await createPoolUser(usher, ada.email);
  await createPoolUser(usher, bob.email);
  const module = await Test.createTestingModule({
    imports: [AppModule.register(loadConfig(usher.variables))],
    controllers: [ProbeController, AdminController],
  }).compile();
  app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: new Log() });
  await app.register(cookie);
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
  api = apiClient(url);
});
afterAll(async () => {
  await app.close();
  await usher.close();
});

describe('global guards', () => {
  it('count a request before they verify its token, and require a recent proof last', () => {
    const guards = usher.app.get(ApplicationConfig).getGlobalGuards();
    expect(guards.map(({ constructor }) => constructor.name)).toEqual([
      'RateLimitGuard',
      'AccessTokenGuard',
      'AuthorizationGuard',
      'RecentProofGuard',
    ]);
  });
});

const setRoles = (...roles: string[]) =>
  usher.database.sql('UPDATE users SET usher_roles = $2 WHERE id = $1', [ada.id, roles]);

async function addToGroup(email: string, GroupName: string): Promise<void> {
  const UserPoolId = usher.userPoolId;
  await usher.cognito.createGroup({ UserPoolId, GroupName });
  await usher.cognito.adminAddUserToGroup({ UserPoolId, GroupName, Username: email });
}

const get = async (path: string, headers: Record<string, string> = {}) => {
  const { status, body } = await api.get(path, headers);
  return status === 200 ? 'in' : `${status} ${body.code}`;
};

const forbidden = '403 auth.forbidden';
const unknown = '401 auth.token_invalid';

describe('a route', () => {
  it('requires a session unless it is public, and receives the caller', async () => {
    expect(await get('/probe')).toBe(unknown);
    const { body } = await api.get('/probe', bearer((await signInWithTokens(api)).accessToken));
    const [{ cognito_sub: sub } = { cognito_sub: '' }] = await usher.database.sql<{ cognito_sub: string }>(
      'SELECT cognito_sub FROM users WHERE id = $1',
      [ada.id],
    );
    expect(body).toEqual({
      sub,
      username: sub,
      clientId: usher.clientId,
      groups: [],
      scopes: [userScope],
      originJti: expect.stringMatching(/^[\w-]{36}$/),
      authTime: expect.any(Number),
      hasToken: true,
    });
  });

  it('admits users who currently have one of its roles in the users table', async () => {
    const headers = bearer((await signInWithTokens(api)).accessToken);
    expect(await get('/probe/roles', headers)).toBe(forbidden);
    await setRoles('auditor', 'x');
    expect(await get('/probe/roles', headers)).toBe('in');
    await setRoles('Admin');
    expect(await get('/probe/roles', headers)).toBe(forbidden);
    expect(await get('/probe/roles')).toBe(unknown);
  });

  it('grants no roles to a disabled row', async () => {
    const headers = bearer((await signInWithTokens(api)).accessToken);
    await setRoles('admin');
    await usher.database.sql('UPDATE users SET usher_disabled_at = now() WHERE id = $1', [ada.id]);
    const answer = await get('/probe/roles', headers);
    await usher.database.sql('UPDATE users SET usher_disabled_at = NULL WHERE id = $1', [ada.id]);
    expect(answer).toBe(unknown);
  });

  it('does not treat groups as roles or roles as groups', async () => {
    await signInWithTokens(api, bob);
    await addToGroup(bob.email, 'admin');
    const headers = bearer((await signInWithTokens(api, bob)).accessToken);
    expect(await get('/probe/roles', headers)).toBe(forbidden);
    await setRoles('staff');
    expect(await get('/probe/groups', bearer((await signInWithTokens(api)).accessToken))).toBe(forbidden);
  });

  it('admits users of one of its groups', async () => {
    await setRoles();
    await signInWithTokens(api);
    await addToGroup(ada.email, 'staff');
    const headers = bearer((await signInWithTokens(api)).accessToken);
    expect(await get('/probe/groups', headers)).toBe('in');
    expect(await get('/probe/both', headers)).toBe(forbidden);
    await setRoles('admin');
    expect(await get('/probe/both', headers)).toBe('in');
  });

  it('admits tokens that have all of its scopes', async () => {
    const headers = bearer((await signInWithTokens(api)).accessToken);
    expect(await get('/probe/scopes', headers)).toBe('in');
    expect(await get('/probe/more-scopes', headers)).toBe(forbidden);
  });

  it('inherits the requirements of its class unless it has its own', async () => {
    const headers = bearer((await signInWithTokens(api)).accessToken);
    await setRoles('admin');
    expect(await get('/admin', headers)).toBe('in');
    expect(await get('/admin/reports', headers)).toBe(forbidden);
    await setRoles('auditor');
    expect(await get('/admin', headers)).toBe(forbidden);
    expect(await get('/admin/reports', headers)).toBe('in');
  });

  it('that is public and has requirements refuses everyone', async () => {
    await setRoles('admin');
    const headers = bearer((await signInWithTokens(api)).accessToken);
    expect(await get('/probe/public-with-roles')).toBe(unknown);
    expect(await get('/probe/public-with-roles', headers)).toBe(unknown);
  });

  it('refuses a revoked session unless it is marked to allow it', async () => {
    const { accessToken, refreshToken } = await signInWithTokens(api);
    const headers = bearer(accessToken);
    expect(await get('/probe', headers)).toBe('in');
    expect((await api.post('/auth/sign-out', { refreshToken })).status).toBe(204);
    expect(await get('/probe', headers)).toBe(unknown);
    expect(await get('/probe/ended', headers)).toBe('in');
    expect(await get('/probe/ended', bearer(`${accessToken}x`))).toBe(unknown);
  });
});

describe('the session cookie', () => {
  let browser: ApiClient;
  beforeAll(async () => {
    browser = apiClient(url, { keepsCookies: true });
    await browser.signIn(bob.email, bob.password, 'cookie');
  });

  it('authenticates its owner', async () => {
    const { body } = await browser.get('/probe');
    expect(body).toMatchObject({ clientId: usher.clientId, scopes: [userScope], hasToken: true });
  });

  it('is accepted from other sites for safe methods only', async () => {
    const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    expect((await browser.get('/probe', foreign)).status).toBe(200);
    const { status, body } = await browser.post('/probe', undefined, foreign);
    expect({ status, code: body.code }).toEqual({ status: 403, code: 'auth.csrf' });
    expect((await browser.post('/probe', undefined, { 'sec-fetch-site': 'same-origin' })).status).toBe(201);
    // Pages of other sites cannot send this header, so the caller has the token itself.
    const headers = { ...bearer((await signInWithTokens(api)).accessToken), ...foreign };
    expect((await browser.post('/probe', undefined, headers)).status).toBe(201);
  });

  it('is ignored if there is an Authorization header', async () => {
    for (const authorization of ['Bearer x', 'Basic x', ''])
      expect((await browser.get('/probe', { authorization })).body.code).toBe('auth.token_invalid');
    const { body } = await browser.get('/users/me', bearer((await signInWithTokens(api)).accessToken));
    expect(body.email).toBe(ada.email);
  });

  it('is refused if it is forged', async () => {
    for (const value of ['x', 'x'.repeat(43), '%00'])
      expect(await get('/probe', { cookie: `usher_session=${value}` })).toBe(unknown);
  });
});

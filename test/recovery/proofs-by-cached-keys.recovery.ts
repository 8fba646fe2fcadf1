import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type CognitoConfig, cognitoConfig } from '../../src/common/config/cognito.config.js';
import { personWith } from '../support/builders/admins.js';
import { minute, openWithFactors, usher } from '../support/drivers/second-factor.js';

/** A cache in front of the pool's keys with an hour-old response (Age, RFC 9111 section 5.1). */
const cache = createServer((request, response) => {
  void (async () => {
    const keys = await (await fetch(usher.app.get<CognitoConfig>(cognitoConfig.KEY).jwksUrl)).text();
    const date = new Date(Number(usher.clock.now()) - 60 * minute).toUTCString();
    response.writeHead(200, { 'content-type': 'application/json', date, age: '3600' }).end(keys);
  })();
});

openWithFactors();
beforeAll(async () => {
  cache.listen(0, '127.0.0.1');
  await once(cache, 'listening');
});
afterAll(() => {
  cache.close();
  cache.closeAllConnections();
});

it('does not take the time from a cached response: a sign-in half an hour ago is not recent', async () => {
  usher.clock.advanceBy(-30 * minute);
  const person = await personWith(usher, 'cached@example.org');
  usher.clock.advanceBy(30 * minute);
  const url = `http://127.0.0.1:${(cache.address() as AddressInfo).port}/`;
  const sentBefore = usher.proxy.arrived.length;
  // Without credentials it sends no request to Cognito at its start.
  const { api } = await usher.startProcess({
    PORT: '0',
    COGNITO_JWKS_URL: url,
    AWS_ACCESS_KEY_ID: '',
    AWS_SECRET_ACCESS_KEY: '',
  });
  const { status, body } = await api.post('/auth/mfa/totp', undefined, person.headers);
  expect([status, body.code]).toEqual([403, 'auth.reauthentication_required']);
  expect(usher.proxy.arrived.slice(sentBefore)).toEqual([]);
});

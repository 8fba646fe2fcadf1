import type { ServerResponse } from 'node:http';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { errorOf } from '../../../test/support/contracts/certificate-host.js';
import { createAuthority } from '../../../test/support/builders/certificates.js';
import { HerokuApi } from '../../../test/support/fakes/heroku-api.js';
import type { IssuedCertificate } from './certificate-host.js';
import { HerokuHost, type HerokuOptions } from './heroku-host.js';

const app = 'usher-example';
const apiKey = 'HRKU-key-of-the-tests-0123456789';
const names = ['api.example.com'];

describe('HerokuHost.deploy', () => {
  let certificate: IssuedCertificate;
  let heroku: HerokuApi;

  beforeAll(async () => {
    certificate = await (await createAuthority()).issue(names);
  });
  beforeEach(async () => {
    heroku = await new HerokuApi({ app, apiKey, hostnames: names, platformCertificate: certificate }).start();
  });
  afterEach(() => heroku.close());

  const deployError = (changes: Partial<HerokuOptions> = {}) =>
    errorOf(new HerokuHost({ app, apiKey, baseUrl: heroku.url, ...changes }).deploy(certificate));
  const answer = (status: number, body: string) =>
    heroku.answerWith((_request, response: ServerResponse) => response.writeHead(status).end(body));

  it.each([
    [400, 'bad_request', 'refused'],
    [401, 'unauthorized', 'misconfigured'],
    [402, 'delinquent', 'refused'],
    [403, 'forbidden', 'misconfigured'],
    [404, 'not_found', 'misconfigured'],
    [422, 'verification_needed', 'refused'],
    [429, 'rate_limit', 'unavailable'],
    [500, 'internal_server_error', 'unavailable'],
    [503, 'maintenance', 'unavailable'],
  ])('reports %i %s as %s', async (status, id, reason) => {
    answer(status, JSON.stringify({ id, message: `You sent ${certificate.key}` }));
    const error = await deployError();
    expect(error.reason).toBe(reason);
    expect(error.message).toContain(`${status} ${id}`);
    expect(error.message).not.toContain('You sent');
  });

  it.each([
    ['the page of a proxy', '<html>busy</html>'],
    ['an object', '{"id":"x"}'],
    ['a list of invalid objects', '[{"id":7}]'],
    ['a list of null', '[null]'],
  ])('reports unavailable for %s instead of a list', async (_what, body) => {
    answer(200, body);
    expect((await deployError()).reason).toBe('unavailable');
  });

  it('does not quote an error id that is free text', async () => {
    answer(422, JSON.stringify({ id: certificate.key }));
    expect((await deployError()).message).toContain('(422)');
  });

  it('names the setting when the key or the app is wrong', async () => {
    expect((await deployError({ apiKey: 'another-key' })).message).toContain('HEROKU_API_KEY');
    expect((await deployError({ app: 'another-app' })).message).toContain('HEROKU_APP');
  });

  it.each(['', 'two words', 'a-key\n', 'schlüssel'])(
    'neither sends nor shows the invalid key %j',
    async (bad) => {
      const error = await deployError({ apiKey: bad });
      expect(error.reason).toBe('misconfigured');
      expect(error.message).toBe('HEROKU_API_KEY is empty or has invalid characters.');
    },
  );

  it('does not follow a redirect, which would send the key to another address', async () => {
    const elsewhere: string[] = [];
    heroku.answerWith(({ url = '' }, response) => {
      elsewhere.push(url);
      response.writeHead(307, { location: `${heroku.url}/elsewhere` }).end();
    });
    expect((await deployError()).reason).toBe('misconfigured');
    expect(elsewhere).toEqual([`/apps/${app}/domains`]);
  });

  it('reports unavailable when no response arrives before the timeout', async () => {
    heroku.answerWith(() => undefined);
    const error = await deployError({ timeoutMs: 50 });
    expect(error.reason).toBe('unavailable');
    expect(error.message).toContain('no answer within 50 ms');
  });

  it('reports a timeout when the response stays incomplete', async () => {
    heroku.answerWith((_request, response) => void response.writeHead(200).write('['));
    expect((await deployError({ timeoutMs: 50 })).message).toContain('no answer within 50 ms');
  });

  it('reports unavailable when the connection breaks', async () => {
    heroku.answerWith((request) => request.socket.destroy());
    expect((await deployError()).reason).toBe('unavailable');
  });

  it('reports unavailable when the connection is refused', async () => {
    const host = new HerokuHost({ app, apiKey, baseUrl: heroku.url });
    await heroku.close();
    const error = await errorOf(host.deploy(certificate));
    expect(error.reason).toBe('unavailable');
    expect(error.message).toContain('ECONNREFUSED');
  });

  it('stops reading a list without a last page', async () => {
    heroku.answerWith((_request, response) => response.writeHead(206, { 'next-range': 'id ]a..' }).end('[]'));
    expect((await deployError()).message).toContain('does not end');
  });
});

import { describe, expect, it } from '@jest/globals';
import { openTestPool } from './support.js';

const pool = openTestPool();

const post = (target: string, body: string, headers: Record<string, string> = {}) =>
  fetch(pool.server.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AWSCognitoIdentityProviderService.${target}`,
      ...headers,
    },
    body,
  });

const initiate = (body: object) => post('InitiateAuth', JSON.stringify(body));

describe('the wire', () => {
  it('returns an error with its name and message in body and headers, and status 400', async () => {
    const AuthParameters = { USERNAME: 'nobody@example.com', PASSWORD: 'x' };
    const response = await initiate({
      AuthFlow: 'USER_PASSWORD_AUTH',
      ClientId: pool.clientId,
      AuthParameters,
    });
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toBe('application/x-amz-json-1.1');
    expect(response.headers.get('x-amzn-errortype')).toBe('NotAuthorizedException');
    expect(response.headers.get('x-amzn-errormessage')).toBe('Incorrect username or password.');
    expect(response.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await response.json()).toEqual({
      __type: 'NotAuthorizedException',
      message: 'Incorrect username or password.',
    });
  });

  it('returns a modelled error to the SDK, with a request id', async () => {
    const call = pool.sdk.getUser({ AccessToken: 'x' });
    await expect(call).rejects.toMatchObject({
      name: 'NotAuthorizedException',
      message: 'Invalid Access Token',
      $metadata: { httpStatusCode: 400, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
  });

  it.each([
    ['text instead of JSON', 'hello', 'SerializationException'],
    ['a list', '[]', 'SerializationException'],
    ['null', 'null', 'SerializationException'],
    ['a wrong type', '{"AuthFlow":1,"ClientId":"x"}', 'SerializationException'],
    [
      'a map of wrong types',
      '{"AuthFlow":"X","ClientId":"x","AuthParameters":{"A":1}}',
      'SerializationException',
    ],
    ['a missing member', '{"AuthFlow":"USER_PASSWORD_AUTH"}', 'InvalidParameterException'],
    ['an unknown member', '{"AuthFlow":"X","ClientId":"x","Wish":1}', 'InvalidParameterException'],
    ['a prototype', '{"__proto__":{"AuthFlow":"X"},"ClientId":"x"}', 'InvalidParameterException'],
  ])('refuses %s', async (_what, body, name) => {
    const response = await post('InitiateAuth', body);
    expect(response.status).toBe(400);
    expect(((await response.json()) as { __type: string }).__type).toBe(name);
  });

  it('names an unsupported member', async () => {
    const response = await initiate({ AuthFlow: 'USER_PASSWORD_AUTH', ClientId: 'x', Wish: 1 });
    expect(((await response.json()) as { message: string }).message).toContain('Wish');
  });

  it('refuses a body that is too large, and continues to serve requests', async () => {
    const response = await post('InitiateAuth', 'x'.repeat(1024 * 1024 + 1));
    expect(response.status).toBe(413);
    expect((await initiate({})).status).toBe(400);
  });

  it('names an unsupported operation', async () => {
    const response = await post('CreateIdentityProvider', '{}');
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      __type: 'UnknownOperationException',
      message: 'The local user pool does not support the operation CreateIdentityProvider.',
    });
    expect((await post('constructor', '{}')).status).toBe(400);
  });

  it('requires a signature for administration', async () => {
    const body = JSON.stringify({ UserPoolId: pool.poolId, Username: 'x' });
    const response = await post('AdminGetUser', body);
    expect(((await response.json()) as { __type: string }).__type).toBe(
      'MissingAuthenticationTokenException',
    );
  });

  it('creates a pool in the Region of the signature', () => {
    expect(pool.poolId).toMatch(/^eu-west-1_[A-Za-z0-9]{9}$/);
  });

  it('shows sent messages to callers on the same machine', async () => {
    await pool.createUser('ann@example.com');
    await pool.forgot('ann@example.com');
    const response = await fetch(`${pool.server.url}/_inspect/deliveries?to=ann@example.com`);
    expect(await response.json()).toMatchObject([
      {
        destination: 'ann@example.com',
        purpose: 'reset',
        medium: 'EMAIL',
        code: expect.stringMatching(/^\d{6}$/),
      },
    ]);
  });

  it('publishes the URL of its keys', async () => {
    const issuer = `${pool.server.url}/${pool.poolId}`;
    const configuration: unknown = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
    expect(configuration).toMatchObject({ issuer, jwks_uri: `${issuer}/.well-known/jwks.json` });
    expect((await fetch(`${pool.server.url}/nowhere/.well-known/jwks.json`)).status).toBe(404);
  });

  it('names a missing pool', async () => {
    const call = pool.sdk.adminGetUser({ UserPoolId: 'eu-west-1_nobody', Username: 'x' });
    await expect(call).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'User pool eu-west-1_nobody does not exist.',
    });
  });
});

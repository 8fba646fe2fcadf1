import { Buffer } from 'node:buffer';
import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';

const agent = new Agent({ keepAlive: true });

/** One call of the service without the SDK, whose own work would be measured too. */
export function call(url, operation, body) {
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
    authorization: 'AWS4-HMAC-SHA256 Credential=any/20260101/eu-west-1/cognito-idp/aws4_request',
  };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers, agent }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode === 200) resolve(JSON.parse(text));
        else reject(new Error(`${operation}: ${text}`));
      });
    });
    sent.on('error', reject);
    sent.end(JSON.stringify(body));
  });
}

export const password = 'Correct-horse-1';
export const emailOf = (index) => `user${index}@example.com`;

/** A pool with one client. */
export async function createPool(url) {
  const { UserPool } = await call(url, 'CreateUserPool', {
    PoolName: 'bench',
    UsernameAttributes: ['email'],
    AutoVerifiedAttributes: ['email'],
    UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
  });
  const { UserPoolClient } = await call(url, 'CreateUserPoolClient', {
    UserPoolId: UserPool.Id,
    ClientName: 'bench',
    ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'],
    WriteAttributes: ['name'],
  });
  return { poolId: UserPool.Id, clientId: UserPoolClient.ClientId };
}

export async function createUser(url, UserPoolId, index) {
  const email = emailOf(index);
  await call(url, 'AdminCreateUser', {
    UserPoolId,
    Username: email,
    UserAttributes: [{ Name: 'email', Value: email }],
    MessageAction: 'SUPPRESS',
  });
  await call(url, 'AdminSetUserPassword', {
    UserPoolId,
    Username: email,
    Password: password,
    Permanent: true,
  });
}

/** Sign-ins a second, four at a time, of users picked at random. */
export async function signIns({ url, clientId, users }, count) {
  const started = performance.now();
  let left = count;
  const worker = async () => {
    while (left-- > 0) {
      const AuthParameters = { USERNAME: emailOf(Math.floor(Math.random() * users)), PASSWORD: password };
      const answer = await call(url, 'InitiateAuth', {
        ClientId: clientId,
        AuthFlow: 'USER_PASSWORD_AUTH',
        AuthParameters,
      });
      if (!answer.AuthenticationResult?.AccessToken) throw new Error('No tokens.');
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
  return (1000 * count) / (performance.now() - started);
}

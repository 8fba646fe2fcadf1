/** Asks a user pool for sign-ins, 16 at a time: argument two says how, as the API does or with undici alone. */
import 'reflect-metadata';
import { createHook } from 'node:async_hooks';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { performance } from 'node:perf_hooks';
import { Pool } from 'undici';
import { CognitoAppClient } from '../../../dist/src/cognito/cognito-client.js';
import { IdentityProvider } from '../../../dist/src/cognito/identity-provider.js';
import { Clock } from '../../../dist/src/common/clock/clock.js';
import { answerTo } from '../measure/worker.js';

const atOnce = 16;
const clientId = 'clientofthebenchmarks';
const [, , endpoint, how] = process.argv;

const clients = {
  ours: () => {
    const cognito = { region: 'us-east-1', endpoint, clientId };
    const client = new CognitoAppClient(cognito, new Clock(), console);
    const provider = new IdentityProvider(client, console, { id: undefined });
    return () => provider.signIn('ada@example.com', 'correct horse');
  },
  limit: () => {
    const pool = new Pool(endpoint, { connections: 256 });
    const body = JSON.stringify({
      ClientId: clientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: 'ada@example.com', PASSWORD: 'correct horse' },
    });
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AWSCognitoIdentityProviderService.InitiateAuth',
    };
    return async () => (await pool.request({ path: '/', method: 'POST', headers, body })).body.json();
  },
};

/** Of the first sign-ins, when the SDK looks for whatever it was not told. */
async function countStrayAccess(signIn) {
  const { port } = new URL(endpoint);
  let reads = 0;
  const connections = [];
  const hook = createHook({
    init(_id, type, _trigger, resource) {
      if (type.startsWith('FSREQ')) reads += 1;
      if (type === 'TCPCONNECTWRAP') connections.push(resource);
    },
  });
  for (const name of ['openSync', 'readFileSync', 'statSync']) {
    const original = fs[name];
    fs[name] = (...args) => {
      reads += 1;
      return original(...args);
    };
  }
  syncBuiltinESMExports();
  hook.enable();
  for (let left = 3; left > 0; left -= 1) await signIn();
  hook.disable();
  return { reads, strays: connections.filter((connection) => String(connection.port) !== port).length };
}

async function run(signIn, seconds) {
  const began = performance.now();
  const until = began + 1000 * seconds;
  let done = 0;
  const worker = async () => {
    while (performance.now() < until) {
      await signIn();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return { perSecond: (1000 * done) / (performance.now() - began) };
}

const signIn = clients[how]();
answerTo(({ seconds }) => (seconds === undefined ? countStrayAccess(signIn) : run(signIn, seconds)));

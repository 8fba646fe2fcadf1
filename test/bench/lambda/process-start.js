import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const runner = fileURLToPath(new URL('runner.js', import.meta.url));

const event = {
  version: '1',
  triggerSource: 'UserMigration_Authentication',
  userName: 'Ada@example.com',
  request: { password: 'correct horse battery staple', validationData: null, clientMetadata: null },
  response: { userAttributes: null, finalUserStatus: null, messageAction: null },
};

const ada = {
  id: 7,
  first_name: 'Ada',
  last_name: 'Lovelace',
  email: 'ada@example.com',
  authentication_hash: null,
  user_exists: true,
  success: true,
  email_verified: true,
  password_reset_allowed: true,
  sign_up_allowed: false,
};

/** What both handlers must answer, or they are not doing the same work. */
const expected = JSON.stringify({
  userAttributes: {
    email: 'ada@example.com',
    email_verified: 'true',
    name: 'Ada Lovelace',
    'custom:rails_app_id': '7',
  },
  finalUserStatus: 'CONFIRMED',
  messageAction: 'SUPPRESS',
});

/** An endpoint that answers at once, so that the handlers are measured and not the API. */
export async function startEndpoint() {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(ada));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, close };
}

/**
 * A new process with a handler in it.
 * @returns `readyMs` from its start until the handler is loaded; throws unless it then gives the expected answer
 */
export async function startHandler(handlerFile, apiUrl) {
  // Nothing of this process's own: NODE_OPTIONS and NODE_EXTRA_CA_CERTS add much time, to one side more than the other.
  const env = { PATH: process.env.PATH, MIGRATION_API_URL: apiUrl, MIGRATION_ACCESS_TOKEN: 'bench' };
  const began = performance.now();
  const child = spawn(process.execPath, [runner, handlerFile, JSON.stringify(event)], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let readyMs;
  let hasAnswered = false;
  for await (const line of createInterface({ input: child.stdout })) {
    readyMs ??= performance.now() - began;
    // What the handler logs is on the same stream.
    if (line !== expected) continue;
    hasAnswered = true;
    child.kill('SIGKILL');
  }
  await exited;
  if (!hasAnswered) throw new Error(`${handlerFile} did not give the expected answer`);
  return { readyMs };
}

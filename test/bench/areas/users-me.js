import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { compare, pairedRuns, untilValid } from '../measure/paired-runs.js';
import { atLeast, result } from '../measure/goal.js';
import { getRequest, startLoad, underLoad } from '../measure/load.js';
import { startPeer } from '../peer/start-peer.js';
import { startApi, startPart, withClosers } from '../parts/world.js';

export const about = 'GET /users/me against the usual stack (from the registry) and node:http with pg';

const seconds = 2;
const connections = 32;
const users = 64;

const goals = {
  peer: { what: 'against Nest on Express, aws-jwt-verify and TypeORM', wanted: atLeast(2.5) },
  limit: { what: 'against node:http with a token cache and one prepared statement', wanted: atLeast(0.45) },
};

export function measure({ rounds, say }) {
  return withClosers(async (closing) => {
    const runs = await prepare(closing, say);
    const results = [];
    for (const [name, { what, wanted }] of Object.entries(goals)) {
      say(`P3  GET /users/me ${what}`);
      const once = async () => {
        const samples = await pairedRuns({ limit: runs[name], ours: runs.usher, rounds, say });
        const comparison = compare(samples, ({ perCpuSecond }) => perCpuSecond);
        return [result(`P3-${name}`, `GET /users/me a CPU second, ${what}`, wanted, comparison)];
      };
      results.push(...(await untilValid(once, say)));
    }
    return results;
  });
}

/** The same database, tokens and load for all servers. */
async function prepare(closing, say) {
  say('starting the API, and installing and starting its peer');
  const api = await startApi(closing);
  const { jwk, issuer, clientId, accessToken } = api.pool;
  const settings = JSON.stringify({ jwk, issuer, clientId, databaseUrl: api.databaseUrl });
  const servers = {
    usher: api,
    peer: await startPeer(closing, settings),
    limit: await startPart(closing, 'me-limit.js', settings),
  };
  const subs = Array.from({ length: users }, () => randomUUID());
  await addUsers(api.databaseUrl, subs);
  const requests = subs.map((sub) =>
    getRequest('/users/me', `authorization: Bearer ${accessToken(sub)}\r\n`),
  );
  const runs = {};
  for (const [name, server] of Object.entries(servers)) {
    const load = await startLoad({ port: server.port, requests, connections, isBusy: true });
    closing(load.stop);
    runs[name] = () => underLoad(server, load, seconds);
    // Compiled by then.
    await load.run(3);
  }
  return runs;
}

async function addUsers(databaseUrl, subs) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(
    `INSERT INTO users (email, cognito_sub, cognito_linked_at, encrypted_password, confirmed_at, created_at, updated_at)
     SELECT sub || '@example.com', sub, now(), '', now(), now(), now() FROM unnest($1::text[]) AS sub`,
    [subs],
  );
  await client.query('ANALYZE users');
  await client.end();
}

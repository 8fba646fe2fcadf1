import { compare, pairedRuns, untilValid } from '../measure/paired-runs.js';
import { atLeast, result } from '../measure/goal.js';
import { getRequest, startLoad, underLoad } from '../measure/load.js';
import { startApi, startPart, withClosers } from '../parts/world.js';

export const about = 'GETs of the API against node:http, open and behind an access token';

const seconds = 1;
const connections = 32;

/** More than the API remembers: by the time a token comes again it is forgotten. */
const newTokens = 6000;
const busyTokens = 64;

const comparisons = {
  '3a': { what: 'GET /health/live, requests', wanted: atLeast(0.72), limit: 'open', ours: 'live' },
  '3c': {
    what: 'guarded GET, a new token each time, requests',
    wanted: atLeast(0.62),
    limit: 'new',
    ours: 'guardedNew',
  },
  '2b': {
    what: `guarded GET, ${busyTokens} tokens in turn, requests`,
    wanted: atLeast(2),
    limit: 'repeated',
    ours: 'guardedRepeated',
  },
};

export function measure({ rounds, say }) {
  return withClosers(async (closing) => {
    const runs = await prepare(closing, say);
    const results = [];
    for (const [goal, { what, wanted, limit, ours }] of Object.entries(comparisons)) {
      say(`${goal}  ${what}`);
      const once = async () => {
        const samples = await pairedRuns({ limit: runs[limit], ours: runs[ours], rounds, say });
        return [result(goal, `${what} a CPU second`, wanted, compare(samples, rate))];
      };
      results.push(...(await untilValid(once, say)));
    }
    return results;
  });
}

const rate = ({ perCpuSecond }) => perCpuSecond;

/** What can be run for a second each, by name. */
async function prepare(closing, say) {
  say('starting the API, and node:http doing the same verification');
  const api = await startApi(closing, new URL('../parts/api-with-bench-route.js', import.meta.url));
  const { jwk, issuer, clientId, accessToken } = api.pool;
  const open = await startPart(closing, 'raw-server.js');
  const guarded = await startPart(closing, 'raw-server.js', JSON.stringify({ jwk, issuer, clientId }));
  say(`signing ${newTokens} tokens`);
  const tokens = Array.from({ length: newTokens }, accessToken);
  const withTokens = (list) =>
    list.map((token) => getRequest('/bench', `authorization: Bearer ${token}\r\n`));
  const few = withTokens(tokens.slice(0, busyTokens));
  const many = withTokens(tokens);
  const loads = {
    open: [open, [getRequest('/health/live')]],
    live: [api, [getRequest('/health/live')]],
    new: [guarded, many],
    guardedNew: [api, many],
    repeated: [guarded, few],
    guardedRepeated: [api, few],
  };
  const runs = {};
  for (const [name, [server, requests]] of Object.entries(loads)) {
    const load = await startLoad({ port: server.port, requests, connections, isBusy: true });
    closing(load.stop);
    runs[name] = () => underLoad(server, load, seconds);
    // Compiled by then.
    await load.run(2);
  }
  return runs;
}

import { startApi, withClosers } from './parts/world.js';
import { getRequest, startLoad, underLoad } from './measure/load.js';
await withClosers(async (closing) => {
  const api = await startApi(closing, new URL('./parts/api-prof.js', import.meta.url));
  const t = Array.from({ length: 64 }, api.pool.accessToken);
  for (const [n, reqs] of [['live', [getRequest('/health/live')]], ['guarded', t.map(x => getRequest('/bench', `authorization: Bearer ${x}\r\n`))]]) {
    const load = await startLoad({ port: api.port, requests: reqs, connections: 32 });
    await load.run(2);
    await api.ask({ prof: 'start' });
    const r = await underLoad(api, load, 4);
    console.log(n, 1e6 / r.perCpuSecond, 'us/req', r.perSecond);
    await api.ask({ prof: `/tmp/hbprof/${n}.cpuprofile` });
    load.stop();
  }
});

import { Session } from 'node:inspector/promises';
import { writeFileSync } from 'node:fs';
const s = new Session(); s.connect(); await s.post('Profiler.enable');
process.on('message', async (m) => { if (!m.prof) return; if (m.prof === 'start') { await s.post('Profiler.start'); } else { const { profile } = await s.post('Profiler.stop'); writeFileSync(m.prof, JSON.stringify(profile)); } process.send({}); });
process.channel.unref();
await import('./api-with-bench-route.js');

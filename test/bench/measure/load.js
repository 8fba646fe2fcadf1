import { startWorker } from './node-process.js';

/**
 * Who sends the requests, in a process of its own so that it takes no time of the server's.
 * @param load `{ port, requests, connections, pauseMs }`: texts of requests, sent one after another, from the first again
 * at the end; each connection sends its next one `pauseMs` after an answer; `isBusy` keeps a core to itself (load-process.js)
 */
export async function startLoad({ pauseMs = 0, isBusy = false, ...load }) {
  const worker = await startWorker(new URL('load-process.js', import.meta.url));
  await worker.ask({ prepare: { pauseMs, isBusy, ...load } });
  return {
    /** @returns `{ latencies }` in milliseconds; ends when all requests are answered */
    run: (seconds) => worker.ask({ seconds }),
    stop: worker.stop,
  };
}

/** What a server does with so many seconds of load. */
export async function underLoad(server, load, seconds) {
  await server.ask('begin');
  const { latencies } = await load.run(seconds);
  const { cpuMs } = await server.ask('end');
  return {
    latencies,
    perCpuSecond: (1000 * latencies.length) / cpuMs,
  };
}

export const getRequest = (path, headers = '') =>
  `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: application/json\r\n${headers}\r\n`;

export function postRequest(path, body) {
  const json = JSON.stringify(body);
  return `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${json.length}\r\n\r\n${json}`;
}

/**
 * What runs inside a worker. It is a string, because a worker's file would have to be JavaScript while this project runs
 * from TypeScript in tests and from `dist` elsewhere; a string is the same in both. CommonJS: evaluated workers are.
 */
export const workerSource = `
const { parentPort, workerData } = require('node:worker_threads');

const loaded = import(workerData.url);
// A broken module is the answer to the next call, not the end of the worker.
loaded.catch(() => {});

parentPort.on('message', async ({ requestId, event, endsAt }) => {
  const context = {
    awsRequestId: requestId,
    functionName: workerData.functionName,
    getRemainingTimeInMillis: () => Math.max(0, endsAt - Date.now()),
  };
  try {
    const handler = (await loaded)[workerData.handler];
    const result = await handler(JSON.parse(event), context);
    parentPort.postMessage({ failed: false, payload: JSON.stringify(result) ?? 'null' });
  } catch (error) {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    const trace = (stack ?? '').split('\\n');
    const payload = JSON.stringify({ errorType: name, errorMessage: message, trace });
    parentPort.postMessage({ failed: true, payload });
  }
});
`;

/**
 * The code of a worker. It is a string, because the file of a worker would have to be JavaScript, and this project runs
 * from TypeScript in tests and from `dist` elsewhere. Evaluated workers are CommonJS.
 */
export const workerSource = `
const { parentPort, workerData } = require('node:worker_threads');

const loaded = import(workerData.url);
// A module that fails to load is reported by the next invocation and does not end the worker.
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

import { watch } from 'node:fs';
import { join } from 'node:path';
import { startApi, type Api, type ApiOptions } from './api.js';
import { projectRoot } from './project-root.js';
import type { Write } from './startup.js';

// A compiler writes many files; the API restarts when no file has changed for this long.
const quietMs = 300;

/** Restarts the API whenever its built files change. A version that fails to start is replaced by the next one. */
export async function startWatchedApi(options: ApiOptions, write: Write): Promise<Api> {
  let current: Api | undefined = await startApi(options);
  let turn = Promise.resolve();
  const again = async () => {
    await current?.stop();
    current = undefined;
    if (options.signal.aborted) return;
    current = await startApi(options).catch((error: unknown) => {
      write(`  ${error instanceof Error ? error.message : String(error)}\n  Waiting for the next change.\n`);
      return undefined;
    });
    if (current) write('  The API started again.\n');
  };
  let timer: NodeJS.Timeout | undefined;
  const watchers = ['src', 'libs'].map((folder) =>
    watch(join(projectRoot, 'dist', folder), { recursive: true }, () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        turn = turn.then(again);
      }, quietMs);
    }),
  );
  return {
    // Its exit does not end the stack, because the next change may fix it.
    ended: new Promise(() => undefined),
    stop: async () => {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
      await turn;
      await current?.stop();
    },
  };
}

import { watch } from 'node:fs';
import { join } from 'node:path';
import { startApi, type Api, type ApiOptions } from './api.js';
import { projectRoot } from './project-root.js';
import type { Write } from './startup.js';

// A compiler writes many files; the API starts again when it has been quiet for this long.
const quietMs = 300;

/** The API, started again whenever its built files change. A version that does not start waits for the next one. */
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
    // Its end is no reason to end the rest: the next change may put it right.
    ended: new Promise(() => undefined),
    stop: async () => {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
      await turn;
      await current?.stop();
    },
  };
}

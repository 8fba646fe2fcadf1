import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * An absolute path to a file of this package, whether this code runs from `dist/` or, in tests, from its TypeScript
 * sources: worker threads always load built files.
 */
export function fromPackageRoot(path: string): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return join(folder, path);
}

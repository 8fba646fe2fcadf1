import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Worker threads load built files, also when tests run the TypeScript sources.
 * @param path from the package's root
 */
export function fromPackageRoot(path: string): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return join(folder, path);
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const projectRoot = join(import.meta.dirname, '../..');

interface LockedPackage {
  version: string;
  license?: string;
  dev?: boolean;
  devOptional?: boolean;
}

export interface ProductionPackage {
  name: string;
  licence: string;
}

/** Their package.json has a form from before SPDX, which npm does not copy into the lock file. */
const licencesOfOldForm: Record<string, string> = { pause: 'MIT', 'passport-strategy': 'MIT' };

/** All packages that `npm ci --omit=dev` may install on any machine, by name and version. */
export function productionPackages(): Map<string, ProductionPackage> {
  const lock = JSON.parse(readFileSync(join(projectRoot, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };
  const found = new Map<string, ProductionPackage>();
  for (const [path, { version, license, dev, devOptional }] of Object.entries(lock.packages)) {
    // devOptional: npm installs it, but the image does not contain it.
    if (path === '' || dev || devOptional) continue;
    const name = path.replace(/^.*node_modules\//, '');
    found.set(`${name}@${version}`, { name, licence: license ?? licencesOfOldForm[name] ?? 'unknown' });
  }
  return found;
}

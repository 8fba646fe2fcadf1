import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const projectRoot = join(import.meta.dirname, '../..');

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

/** Their package.json says it in a form from before SPDX, which npm does not copy into the lock file. */
const saidOtherwise: Record<string, string> = { pause: 'MIT', 'passport-strategy': 'MIT' };

/** Everything that `npm ci --omit=dev` may install on any machine, by name and version. */
export function productionPackages(): Map<string, ProductionPackage> {
  const lock = JSON.parse(readFileSync(join(projectRoot, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };
  const found = new Map<string, ProductionPackage>();
  for (const [path, { version, license, dev, devOptional }] of Object.entries(lock.packages)) {
    // devOptional: npm installs it, the image leaves it out.
    if (path === '' || dev || devOptional) continue;
    const name = path.replace(/^.*node_modules\//, '');
    found.set(`${name}@${version}`, { name, licence: license ?? saidOtherwise[name] ?? 'unknown' });
  }
  return found;
}

/** The table of docs/supply-chain.md: names only where there are few. */
export function licenceTable(packages: Iterable<ProductionPackage>): string {
  const byLicence = new Map<string, string[]>();
  for (const { name, licence } of packages) byLicence.set(licence, [...(byLicence.get(licence) ?? []), name]);
  const rows = [...byLicence].sort(([a, many], [b, few]) => few.length - many.length || a.localeCompare(b));
  return rows
    .map(([licence, names]) => {
      const different = [...new Set(names)].sort();
      return `| ${licence} | ${names.length} | ${names.length > 20 ? '' : different.join(', ')} |`;
    })
    .join('\n');
}

import { Injectable } from '@nestjs/common';

/** Undefined when not configured or unknown. Must not throw and must return within milliseconds: probes call it often. */
export type IsHealthy = () => Promise<boolean | undefined> | boolean | undefined;

/** Optional dependencies: Usher is degraded, not down, when one is unhealthy. */
@Injectable()
export class HealthParts {
  private readonly parts = new Map<string, IsHealthy>();
  private readonly findings: (() => readonly string[])[] = [];

  add(name: string, isHealthy: IsHealthy): void {
    this.parts.set(name, isHealthy);
  }

  /** @param read names what is unhealthy, of parts whose names are not fixed */
  addFindings(read: () => readonly string[]): void {
    this.findings.push(read);
  }

  /** By name, without the unknown ones. */
  async read(): Promise<Map<string, boolean>> {
    const read = [...this.parts].map(async ([name, isHealthy]) => [name, await isHealthy()] as const);
    const known = (await Promise.all(read)).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    );
    const found = this.findings.flatMap((findings) => findings()).map((name) => [name, false] as const);
    return new Map([...known, ...found]);
  }
}

import { Injectable } from '@nestjs/common';

/**
 * Is it well? Undefined where there is nothing to say: it is not configured, or nobody knows now. Never throws, and takes no
 * time worth speaking of: probes ask every few seconds.
 */
export type IsWell = () => Promise<boolean | undefined> | boolean | undefined;

/** What the service goes on without, though not in everything it does. */
@Injectable()
export class HealthParts {
  private readonly parts = new Map<string, IsWell>();

  add(name: string, isWell: IsWell): void {
    this.parts.set(name, isWell);
  }

  /** By name; only those of which something can be said. */
  async read(): Promise<Map<string, boolean>> {
    const read = [...this.parts].map(async ([name, isWell]) => [name, await isWell()] as const);
    const known = (await Promise.all(read)).flatMap(([name, is]) =>
      is === undefined ? [] : [[name, is] as const],
    );
    return new Map(known);
  }
}

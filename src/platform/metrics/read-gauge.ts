import { Gauge, type LabelValues, type Registry } from 'prom-client';

/** One value of a gauge, for one combination of its labels. */
export interface Reading<Label extends string> {
  labels?: LabelValues<Label>;
  value: number;
}

interface Description<Label extends string> {
  name: string;
  help: string;
  labelNames?: Label[];
}

/**
 * A gauge that is read when somebody looks.
 * @param read without an answer there is no value: better none than an old one
 */
export function readGauge<Label extends string = never>(
  registry: Registry,
  { labelNames = [], ...description }: Description<Label>,
  read: () => Promise<Reading<Label>[] | undefined> | Reading<Label>[] | undefined,
): void {
  new Gauge<Label>({
    ...description,
    labelNames,
    registers: [registry],
    async collect() {
      const readings = (await read()) ?? [];
      this.reset();
      // Without labels, resetting makes a nought.
      if (labelNames.length === 0) this.remove();
      for (const { labels = {}, value } of readings) this.set(labels, value);
    },
  });
}

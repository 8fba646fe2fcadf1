import { Gauge, type LabelValues, type Registry } from 'prom-client';

interface Description<Label extends string> {
  name: string;
  help: string;
  labelNames?: Label[];
}

interface Reading<Label extends string> {
  labels?: LabelValues<Label>;
  value: number;
}

/**
 * Registers a gauge that is read at each scrape.
 * @param read returns undefined for no value, rather than an old one
 */
export function registerGauge<Label extends string = never>(
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
      // A gauge without labels is 0 after reset().
      if (labelNames.length === 0) this.remove();
      for (const { labels = {}, value } of readings) this.set(labels, value);
    },
  });
}

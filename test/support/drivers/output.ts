/** Collects the log lines of this process instead of printing them. Prints all other output. */
export function captureLog(): { lines(): string[]; restore(): void } {
  const captured: string[] = [];
  const original = process.stdout.write.bind(process.stdout);
  process.stdout.write = (chunk: string | Uint8Array, ...rest: []) => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    if (!text.startsWith('{"level"')) return original(chunk, ...rest);
    captured.push(...text.trimEnd().split('\n'));
    return true;
  };
  return {
    lines: () => [...captured],
    restore: () => {
      process.stdout.write = original;
    },
  };
}

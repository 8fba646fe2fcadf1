import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/**
 * Asks on the terminal without echo; else reads one line from standard input.
 * @returns `undefined` at the end of the input
 */
export async function readPassword(prompt: string): Promise<string | undefined> {
  const { stdin, stderr } = process;
  const lines = createInterface({
    input: stdin,
    // Where readline echoes what is typed.
    output: new Writable({ write: (_chunk, _encoding, done) => done() }),
    terminal: stdin.isTTY,
  });
  if (stdin.isTTY) stderr.write(prompt);
  // In raw mode the terminal sends no signal.
  lines.on('SIGINT', () => {
    lines.close();
    stderr.write('\n');
    process.kill(process.pid, 'SIGINT');
  });
  const line = once(lines, 'line').then(([text]) => text as string);
  const closed = once(lines, 'close').then(() => undefined);
  const password = await Promise.race([line, closed]);
  if (stdin.isTTY) stderr.write('\n');
  lines.close();
  // A pipe that stays open would keep the process alive.
  stdin.destroy();
  return password;
}

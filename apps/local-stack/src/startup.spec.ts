import { describe, expect, it } from '@jest/globals';
import { Startup } from './startup.js';

describe('Startup', () => {
  const prepare = () => {
    const ending = new AbortController();
    const said: string[] = [];
    const startup = new Startup((text) => said.push(text), ending.signal);
    return { ending, startup, said, text: () => said.join('') };
  };
  const part = async <T>(value: T) => value;

  it('reports each started part with its duration', async () => {
    const { startup, text } = prepare();
    expect(await startup.step('Database', () => part('database'))).toBe('database');
    startup.note('Port 1 is taken.');
    expect(text()).toMatch(/^ {2}Database +\d+ ms\n {2}Port 1 is taken\.\n$/);
  });

  it('stops the started parts in reverse order, once', async () => {
    const { startup } = prepare();
    const ended: string[] = [];
    const end = (name: string) => void ended.push(name);
    await startup.step('First', () => part('first'), end);
    await startup.step('Second', () => part('second'), end);
    await expect(startup.step('Third', () => Promise.reject(new Error('no')), end)).rejects.toThrow('no');
    await startup.endAll();
    await startup.endAll();
    expect(ended).toEqual(['second', 'first']);
  });

  it('stops the other parts when one fails to stop', async () => {
    const { startup, text } = prepare();
    const ended: string[] = [];
    await startup.step(
      'First',
      () => part('first'),
      (name) => void ended.push(name),
    );
    await startup.step(
      'Second',
      () => part('second'),
      () => Promise.reject(new Error('It hangs.')),
    );
    await startup.endAll();
    expect(ended).toEqual(['first']);
    expect(text()).toContain('It hangs.');
  });

  it('starts no further part after a stop was requested', async () => {
    const { ending, startup, said } = prepare();
    ending.abort('asked');
    const starting = startup.step('Late', () => part('late'));
    await expect(starting).rejects.toBe('asked');
    expect(said).toEqual([]);
  });
});

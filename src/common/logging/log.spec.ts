import { afterEach, expect, it, jest } from '@jest/globals';
import { Log } from './log.js';

const lines: string[] = [];
jest.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
afterEach(() => void lines.splice(0));

it.each(['debug', 'warn', 'error', 'fatal'] as const)(
  'writes no message of an error that is passed instead of fields: %s',
  (level) => {
    new Log('debug')[level]('it went wrong', new Error('canary'));
    expect(lines.join('')).toContain('it went wrong');
    expect(lines.join('')).not.toContain('canary');
  },
);

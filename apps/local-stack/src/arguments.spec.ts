import { describe, expect, it } from '@jest/globals';
import { parseCommand } from './arguments.js';

describe('parseCommand', () => {
  it.each([
    [[], { do: 'start', fresh: false, watch: false }],
    [['--fresh'], { do: 'start', fresh: true, watch: false }],
    [['--watch', '--fresh'], { do: 'start', fresh: true, watch: true }],
    [['--help'], { do: 'help' }],
    [['-h', '--fresh'], { do: 'help' }],
  ])('reads %j', (argv, command) => {
    expect(parseCommand(argv)).toEqual(command);
  });

  it.each(['--frsh', 'fresh', '--fresh=yes'])('refuses %s', (unknown) => {
    expect(parseCommand(['--fresh', unknown])).toEqual({
      do: 'complain',
      about: `Unknown option: ${unknown}`,
    });
  });
});

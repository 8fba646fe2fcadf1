import { describe, expect, it } from '@jest/globals';
import { parseCommand } from './arguments.js';

describe('parseCommand', () => {
  it.each([
    [[], { do: 'start', fresh: false, watch: false }],
    [['--fresh'], { do: 'start', fresh: true, watch: false }],
    [['--watch', '--fresh'], { do: 'start', fresh: true, watch: true }],
    [['--help'], { do: 'help' }],
    [['-h', '--fresh'], { do: 'help' }],
    [['--demo', 'django'], { do: 'start', demo: 'django', fresh: false, watch: false }],
    [['--fresh', '--demo=mixed'], { do: 'start', demo: 'mixed', fresh: true, watch: false }],
    [['--demo', 'wordpress', '--help'], { do: 'help' }],
  ])('reads %j', (argv, command) => {
    expect(parseCommand(argv)).toEqual(command);
  });

  it.each(['--frsh', 'fresh', '--fresh=yes'])('refuses %s', (unknown) => {
    expect(parseCommand(['--fresh', unknown])).toEqual({
      do: 'complain',
      about: `Unknown option: ${unknown}`,
    });
  });

  it.each([
    [['--demo'], '--demo needs a name: devise, django, wordpress or mixed'],
    [['--demo', '--fresh'], '--demo needs a name: devise, django, wordpress or mixed'],
    [['--demo='], '--demo needs a name: devise, django, wordpress or mixed'],
    [['--demo', 'rails'], 'Unknown demo: rails. Choose devise, django, wordpress or mixed'],
    [['django'], 'Unknown option: django'],
  ])('refuses %j', (argv, about) => {
    expect(parseCommand(argv)).toEqual({ do: 'complain', about });
  });
});

import { describe, expect, it } from '@jest/globals';
import { failingNames, type Issue, reportLines } from './issue.js';

const issue = (name: string, severity: Issue['severity']): Issue => ({
  code: 'http.not_found',
  severity,
  name,
  address: '192.0.2.1',
  problem: '192.0.2.1 answers 404.',
  remedy: 'Forward the path.',
});
const issues = [
  issue('a.example.com', 'warns'),
  issue('b.example.com', 'warns'),
  issue('b.example.com', 'fails'),
  issue('b.example.com', 'fails'),
];

describe('reportLines', () => {
  it('lists each name with its issues and remedies', () => {
    expect(reportLines(['a.example.com', 'b.example.com', 'c.example.com'], issues)).toEqual([
      'a.example.com: nothing will fail, with warnings',
      '  warns  http.not_found: 192.0.2.1 answers 404.',
      '         Forward the path.',
      'b.example.com: will fail',
      '  warns  http.not_found: 192.0.2.1 answers 404.',
      '         Forward the path.',
      ...[1, 2].flatMap(() => [
        '  fails  http.not_found: 192.0.2.1 answers 404.',
        '         Forward the path.',
      ]),
      'c.example.com: nothing will fail',
    ]);
  });
});

describe('failingNames', () => {
  it('returns each name with an issue of severity fails once', () => {
    expect(failingNames(issues)).toEqual(['b.example.com']);
  });
});

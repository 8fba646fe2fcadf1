import { describe, expect, it } from '@jest/globals';
import type { Finding } from './finding.js';
import { failingNames, reportLines } from './report.js';

const finding = (name: string, severity: Finding['severity']): Finding => ({
  code: 'http.not_found',
  severity,
  name,
  address: '192.0.2.1',
  problem: '192.0.2.1 answers 404.',
  remedy: 'Forward the path.',
});
const findings = [
  finding('a.example.com', 'warns'),
  finding('b.example.com', 'warns'),
  finding('b.example.com', 'fails'),
  finding('b.example.com', 'fails'),
];

describe('reportLines', () => {
  it('says of each name what becomes of it, why, and what to do', () => {
    expect(reportLines(['a.example.com', 'b.example.com', 'c.example.com'], findings)).toEqual([
      'a.example.com: nothing will fail, but see',
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
  it('lists each name once that has something worse than a warning', () => {
    expect(failingNames(findings)).toEqual(['b.example.com']);
  });
});

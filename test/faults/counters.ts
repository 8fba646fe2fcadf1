/** Counts the outcomes that callers saw. */
export class Counters {
  requests = 0;
  refused = 0;
  lost = 0;
  readonly problems = new Map<string, number>();

  problem(code: string): void {
    this.problems.set(code, (this.problems.get(code) ?? 0) + 1);
  }

  count(...codes: string[]): number {
    return codes.reduce((sum, code) => sum + (this.problems.get(code) ?? 0), 0);
  }

  get failures(): number {
    return (
      this.refused + this.lost + this.count('overloaded', 'cognito.unavailable', 'cognito.unexpected_answer')
    );
  }

  describe(): string {
    const problems = [...this.problems].sort().map(([code, count]) => `${count} ${code}`);
    if (this.refused > 0) problems.push(`${this.refused} connections refused`);
    if (this.lost > 0) problems.push(`${this.lost} answers lost`);
    return `${this.requests} requests; ${problems.join(', ') || 'no errors'}`;
  }
}

import type { RowCode, RowProblem } from "./model";

const EXAMPLES = 5;

/** Rejected rows by reason: exact numbers, a few examples. */
export class RejectCounts {
  private readonly counts: Map<RowCode, { n: number; examples: RowProblem[] }>;
  total = 0;

  constructor(start: { code: RowCode; n: number; examples: RowProblem[] }[] = []) {
    this.counts = new Map(start.map(({ code, n, examples }) => [code, { n, examples: [...examples] }]));
    this.total = start.reduce((sum, entry) => sum + entry.n, 0);
  }

  add(problem: RowProblem): void {
    const entry = this.counts.get(problem.code) ?? { n: 0, examples: [] };
    entry.n++;
    if (entry.examples.length < EXAMPLES) entry.examples.push(problem);
    this.counts.set(problem.code, entry);
    this.total++;
  }

  of(code: RowCode): number {
    return this.counts.get(code)?.n ?? 0;
  }

  list(): { code: RowCode; n: number; examples: RowProblem[] }[] {
    return [...this.counts].map(([code, { n, examples }]) => ({ code, n, examples: [...examples] })).sort((a, b) => b.n - a.n);
  }
}

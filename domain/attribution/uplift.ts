/** One person of a randomised test: score that ranks them, whether treated, and the outcome. */
export interface UpliftRow {
  readonly score: number;
  readonly treated: boolean;
  readonly outcome: number;
}

export interface QiniPoint {
  /** Share of people contacted, best scores first. */
  readonly share: number;
  /** Outcome gained among them: Y_t - Y_c N_t / N_c; while no control was met, Y_t. */
  readonly gain: number;
}

export interface Qini {
  readonly points: readonly QiniPoint[];
  /** (area under the curve - area under the straight line to its end) / treated people. */
  readonly coefficient: number;
}

/** Qini curve and coefficient (Radcliffe 2007); trapezoids over the share contacted. Equal scores keep the order given. */
export function qini(rows: readonly UpliftRow[]): Qini {
  const sorted = rows.toSorted((a, b) => b.score - a.score);
  const n = sorted.length;
  const points: QiniPoint[] = [{ share: 0, gain: 0 }];
  let yt = 0;
  let yc = 0;
  let nt = 0;
  let nc = 0;
  sorted.forEach((row, i) => {
    if (row.treated) {
      nt++;
      yt += row.outcome;
    } else {
      nc++;
      yc += row.outcome;
    }
    points.push({ share: (i + 1) / n, gain: yt - (nc === 0 ? 0 : (yc * nt) / nc) });
  });
  let area = 0;
  for (let i = 1; i < points.length; i++)
    area += (((points[i - 1]?.gain ?? 0) + (points[i]?.gain ?? 0)) / 2) * ((points[i]?.share ?? 0) - (points[i - 1]?.share ?? 0));
  const line = (points.at(-1)?.gain ?? 0) / 2;
  return { points, coefficient: nt === 0 ? 0 : (area - line) / nt };
}

/** Treated rate minus control rate inside the best `share` of people; null when one of the arms is empty there. */
export function upliftAt(rows: readonly UpliftRow[], share: number): number | null {
  const top = rows.toSorted((a, b) => b.score - a.score).slice(0, Math.round(rows.length * share));
  const mean = (arm: readonly UpliftRow[]): number | null =>
    arm.length === 0 ? null : arm.reduce((sum, row) => sum + row.outcome, 0) / arm.length;
  const treated = mean(top.filter((row) => row.treated));
  const control = mean(top.filter((row) => !row.treated));
  return treated === null || control === null ? null : treated - control;
}

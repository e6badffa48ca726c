import { cpus, totalmem } from "node:os";
import type { Database } from "@/db/client";

/**
 * What a bench module exports: `export const bench: Bench = async (report, options) => { … }` in
 * `server/bench/<name>.ts`. It measures, and says each figure beside its floor: what the machine, in the same run, does
 * with the bare minimum of the same work (a COPY, a point read, a `node:http` echo). Only ratios carry a goal, so the
 * table means the same on a laptop and on a server.
 */
export type Bench = (report: Report, options: BenchOptions) => Promise<void>;

export interface BenchOptions {
  /** `small` ends in about a minute a module and shows the shape; `full` has the sizes that the goals speak of. */
  size: "small" | "full";
  /** A fresh, empty, migrated database in the run's own cluster (fsync and synchronous_commit on). Closed by the run. */
  freshDatabase(): Promise<BenchDatabase>;
  /** One that `make` fills; with `--keep` it is found again by its key. */
  keptDatabase(key: string, make: (database: BenchDatabase) => Promise<void>): Promise<BenchDatabase>;
  /** Folder of this run for files; removed at the end unless kept. */
  folder: string;
  /** Seed of everything random. */
  seed: number;
  /** A line on stderr: what is being done now. */
  say(text: string): void;
}

export interface BenchDatabase extends Database {
  url: string;
}

export interface Row {
  name: string;
  /** "events/s", "ms", "MB". */
  unit: string;
  ours: number;
  /** The floor's figure in the same unit, or null where the goal is a bound in the unit itself. */
  floor: number | null;
  /** ours / floor; for a plain bound ours / bound. */
  ratio: number | null;
  /** As printed: ">= 0.25 x floor", "<= 10 ms". Empty: shown for information. */
  goal: string;
  met: boolean | null;
}

export interface Report {
  /** A rate (higher is better) beside its floor; `atLeast` is the wanted ratio. */
  rate(row: { name: string; unit: string; ours: number; floor: number; atLeast?: number }): void;
  /** A time or size (lower is better) with an upper bound in its own unit. */
  bound(row: { name: string; unit: string; ours: number; atMost: number }): void;
  /** A time or size beside a competitor's or floor's figure; `atMost` is the wanted ratio ours / floor. */
  beside(row: { name: string; unit: string; ours: number; floor: number; atMost?: number }): void;
  /** A figure without a goal. */
  info(row: { name: string; unit: string; ours: number }): void;
}

export class Table implements Report {
  readonly rows: Row[] = [];

  rate({ name, unit, ours, floor, atLeast }: Parameters<Report["rate"]>[0]): void {
    const ratio = ours / floor;
    this.rows.push({
      name,
      unit,
      ours,
      floor,
      ratio,
      goal: atLeast === undefined ? "" : `>= ${figure(atLeast)} x floor`,
      met: atLeast === undefined ? null : ratio >= atLeast,
    });
  }

  bound({ name, unit, ours, atMost }: Parameters<Report["bound"]>[0]): void {
    this.rows.push({ name, unit, ours, floor: null, ratio: ours / atMost, goal: `<= ${figure(atMost)} ${unit}`, met: ours <= atMost });
  }

  beside({ name, unit, ours, floor, atMost }: Parameters<Report["beside"]>[0]): void {
    const ratio = ours / floor;
    this.rows.push({
      name,
      unit,
      ours,
      floor,
      ratio,
      goal: atMost === undefined ? "" : `<= ${figure(atMost)} x floor`,
      met: atMost === undefined ? null : ratio <= atMost,
    });
  }

  info({ name, unit, ours }: Parameters<Report["info"]>[0]): void {
    this.rows.push({ name, unit, ours, floor: null, ratio: null, goal: "", met: null });
  }

  /** The printed table. */
  toString(): string {
    const head = ["name", "ours", "floor", "unit", "ratio", "goal", "met"];
    const body = this.rows.map((row) => [
      row.name,
      figure(row.ours),
      row.floor === null ? "" : figure(row.floor),
      row.unit,
      row.ratio === null ? "" : figure(row.ratio),
      row.goal,
      row.met === null ? "" : row.met ? "yes" : "NO",
    ]);
    const right = new Set([1, 2, 4]);
    const widths = head.map((title, i) => Math.max(title.length, ...body.map((cells) => cells[i]?.length ?? 0)));
    const line = (cells: string[]): string =>
      cells
        .map((cell, i) => (right.has(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
        .join("  ")
        .trimEnd();
    return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
  }
}

/** Three significant digits, thousands grouped. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return "n/a";
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en-US");
  return String(Number(value.toPrecision(3)));
}

/** The machine, for the head of a table. */
export function machine(): string {
  const [cpu] = cpus();
  return `${cpus().length} x ${cpu?.model.trim() ?? "unknown processor"}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}`;
}

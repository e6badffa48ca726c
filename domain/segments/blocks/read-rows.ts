import type { AnySql } from "@/db/client";
import { copyOut, float8, int4, int8, millis, quoted, text } from "./copy-out";
import type { Rows } from "./encode";
import { placeOf } from "./names";

/** Rows that grow as they are read. */
export class RowBuffer {
  private rows: Rows;

  constructor(
    private readonly columns: readonly string[],
    size = 1024,
  ) {
    this.rows = emptyRows(columns, size);
  }

  get length(): number {
    return this.rows.n;
  }

  add(pid: number, at: number, id: number, value: number, texts: readonly (string | null)[]): void {
    const { rows } = this;
    if (rows.n === rows.pid.length) this.rows = grown(rows, this.columns);
    const { n } = this.rows;
    this.rows.pid[n] = pid;
    this.rows.at[n] = at;
    this.rows.id[n] = id;
    this.rows.value[n] = value;
    for (let i = 0; i < this.columns.length; i++)
      (this.rows.texts.get(this.columns[i] as string) as (string | null)[])[n] = texts[i] ?? null;
    this.rows.n = n + 1;
  }

  /** Takes the rows out. */
  take(): Rows {
    const out = trimmed(this.rows);
    this.rows = emptyRows(this.columns, 1024);
    return out;
  }
}

export const emptyRows = (columns: readonly string[], size = 0): Rows => ({
  n: 0,
  pid: new Int32Array(size),
  at: new Float64Array(size),
  id: new Float64Array(size),
  value: new Float64Array(size),
  texts: new Map(columns.map((name) => [name, []])),
});

function grown(rows: Rows, columns: readonly string[]): Rows {
  const out = emptyRows(columns, rows.pid.length * 2);
  out.n = rows.n;
  out.pid.set(rows.pid);
  out.at.set(rows.at);
  out.id.set(rows.id);
  out.value.set(rows.value);
  out.texts = rows.texts;
  return out;
}

const trimmed = ({ n, pid, at, id, value, texts }: Rows): Rows => ({
  n,
  pid: pid.slice(0, n),
  at: at.slice(0, n),
  id: id.slice(0, n),
  value: value.slice(0, n),
  texts,
});

export interface Span {
  fromMs: number;
  fromId: number;
  toMs: number;
  toId: number;
}

export interface Wanted {
  eventType: number;
  /** Ids in (after, upTo]. */
  after?: number;
  upTo: number;
  /** By (time, id), both ends included. */
  span?: Span;
  profiles?: readonly number[];
  columns: readonly string[];
}

/** Streams events of one type in (time, id) order into `take`. */
export async function readEvents(
  sql: AnySql,
  wanted: Wanted,
  take: (pid: number, at: number, id: number, value: number, texts: (string | null)[]) => void | Promise<void>,
): Promise<void> {
  const columns = wanted.columns.map((name) => `, ${propertySql(name)}`);
  const conditions = [`e.event_type = ${whole(wanted.eventType)}`, "e.profile_id > 0", `e.id <= ${whole(wanted.upTo)}`];
  if (wanted.after !== undefined) conditions.push(`e.id > ${whole(wanted.after)}`);
  if (wanted.span) conditions.push(inSpan(wanted.span));
  if (wanted.profiles) conditions.push(`e.profile_id = any('{${wanted.profiles.map(whole).join(",")}}'::int[])`);
  const texts: (string | null)[] = [];
  await copyOut(
    sql,
    `select e.profile_id, e.occurred_at, e.id, e.value::float8${columns.join("")} from events e
     where ${conditions.join(" and ")} order by e.occurred_at, e.id`,
    (row) => {
      for (let i = 0; i < columns.length; i++) texts[i] = text(row, i + 4);
      return take(int4(row, 0), millis(row, 1), int8(row, 2), float8(row, 3), texts);
    },
  );
}

/** SQL: an event lies in a span. The plain bounds of time are there for the partitions. */
export const inSpan = ({ fromMs, fromId, toMs, toId }: Span): string =>
  `e.occurred_at >= ${stamp(fromMs)} and e.occurred_at <= ${stamp(toMs)}
   and (e.occurred_at, e.id) >= (${stamp(fromMs)}, ${whole(fromId)}) and (e.occurred_at, e.id) <= (${stamp(toMs)}, ${whole(toId)})`;

/** SQL (JSON text) of a property column over `events e`. */
export const propertySql = (name: string): string => {
  const { root, path } = placeOf(name);
  return `(e.${root} #> ${quoted(path)})::text`;
};

export const whole = (n: number): string => {
  if (!Number.isSafeInteger(n)) throw new RangeError(`${n} is no whole number`);
  return String(n);
};
export const stamp = (ms: number): string => `'${new Date(whole(ms) && ms).toISOString()}'::timestamptz`;

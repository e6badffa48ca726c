import { seconds, type Compare, type Test } from "./model";
import { toRe2 } from "./pattern";
import { twin } from "./test-value";
import { DATE_TEXT, foldCase, NUMBER_TEXT } from "./values";

/** Collects parameters of one statement; the only way in which a value gets into SQL. */
export class Params {
  readonly list: unknown[] = [];

  /** The placeholder of a value, cast to a type that is a constant of ours. */
  add(value: unknown, type: "text" | "text[]" | "float8" | "float8[]" | "int" | "int[]" | "int8" | "timestamptz" | "bytea"): string {
    this.list.push(value);
    return `$${this.list.length}::${type}`;
  }
}

export interface CompileEnv {
  params: Params;
  /** Milliseconds: the instant at which the rule is asked. */
  now: number;
  /** SQL of the person's zone: valid, never null. */
  zone: string;
}

const iso = (ms: number): string => new Date(Math.min(8.64e15, Math.max(-62_135_596_800_000, ms))).toISOString();

/** Text of a scalar `x` (jsonb), in NFC; null for anything else. */
export const scalarText = (x: string): string =>
  `normalize(case when jsonb_typeof(${x}) in ('string', 'number', 'boolean') then ${x} #>> '{}' end, NFC)`;
/** A number, or text that reads as one. */
export const scalarNumber = (x: string): string =>
  `case when jsonb_typeof(${x}) in ('string', 'number') and (${x} #>> '{}') ~ '${NUMBER_TEXT}' and pg_input_is_valid(${x} #>> '{}', 'float8') then (${x} #>> '{}')::float8 end`;
/** An ISO date or time; needs a session in UTC (db/client.ts sets it). */
const dateSql = (x: string): string =>
  `case when jsonb_typeof(${x}) = 'string' and (${x} #>> '{}') ~ '${DATE_TEXT}' and pg_input_is_valid(${x} #>> '{}', 'timestamptz') then date_trunc('milliseconds', (${x} #>> '{}')::timestamptz) end`;

/**
 * SQL (boolean, never null) that says whether the jsonb expression `v` passes a test: the twin of `testValue`.
 * `v` may be SQL null (missing).
 */
export function compileTest(test: Test, v: string, env: CompileEnv): string {
  const { positive, negative } = twin(test.operator);
  const sql = `coalesce(${positiveSql(test, positive, v, env)}, false)`;
  return negative ? `not ${sql}` : sql;
}

function positiveSql(test: Test, operator: string, v: string, env: CompileEnv): string {
  switch (test.type) {
    case "presence":
      if (operator === "exists") return `jsonb_typeof(${v}) <> 'null'`;
      return `${v} in ('""'::jsonb, '[]'::jsonb, '{}'::jsonb)`;
    case "boolean":
      return `${v} = '${operator === "is_true" ? "true" : "false"}'::jsonb`;
    case "list": {
      const fold = folder(test.ignoreCase);
      const wanted = env.params.add([...new Set(test.values.map((value) => fold(value.normalize("NFC"))))], "text[]");
      const held = `(select array_agg(${lowered(scalarText("e.x"), test.ignoreCase)}) from jsonb_array_elements(case when jsonb_typeof(${v}) = 'array' then ${v} else '[]'::jsonb end) e(x))`;
      return operator === "has_all_of" ? `${held} @> ${wanted}` : `${held} && ${wanted}`;
    }
    default: {
      const one = (x: string): string => scalarSql(test, operator, x, env);
      const inList = `exists (select 1 from jsonb_array_elements(${v}) e(x) where ${one("e.x")})`;
      return `case when jsonb_typeof(${v}) = 'array' then ${inList} else ${one(v)} end`;
    }
  }
}

const folder = (ignoreCase: boolean) => (text: string) => (ignoreCase ? foldCase(text) : text);
const lowered = (sql: string, ignoreCase: boolean): string => (ignoreCase ? `lower((${sql}) collate "pg_c_utf8")` : sql);

type Scalar = Exclude<Test, { type: "presence" | "boolean" | "list" }>;

function scalarSql(test: Scalar, operator: string, x: string, env: CompileEnv): string {
  const { params } = env;
  switch (test.type) {
    case "text":
    case "text_list": {
      const fold = folder(test.ignoreCase);
      const held = `(${lowered(scalarText(x), test.ignoreCase)})`;
      if (test.type === "text") return textOperator(operator, held, params.add(fold(test.value.normalize("NFC")), "text"));
      const wanted = params.add(
        test.values.map((value) => fold(value.normalize("NFC"))),
        "text[]",
      );
      if (operator === "in") return `${held} = any(${wanted})`;
      return `exists (select 1 from unnest(${wanted}) w(x) where strpos(${held}, w.x) > 0)`;
    }
    case "pattern":
      return `(${scalarText(x)}) ~ ${params.add(toRe2(test.pattern, test.ignoreCase), "text")}`;
    case "number":
      return `(${scalarNumber(x)}) ${NUMBER_SIGN[operator]} ${params.add(test.value, "float8")}`;
    case "number_list":
      return `(${scalarNumber(x)}) = any(${params.add(test.values, "float8[]")})`;
    case "number_range":
      return `(${scalarNumber(x)}) between ${params.add(test.from, "float8")} and ${params.add(test.to, "float8")}`;
    default:
      return compileDate(test, operator, `(${dateSql(x)})`, env);
  }
}

const NUMBER_SIGN: Record<string, string> = { equals: "=", lt: "<", lte: "<=", gt: ">", gte: ">=" };

function textOperator(operator: string, held: string, wanted: string): string {
  switch (operator) {
    case "equals":
      return `${held} = ${wanted}`;
    case "contains":
      return `strpos(${held}, ${wanted}) > 0`;
    case "starts_with":
      return `starts_with(${held}, ${wanted})`;
    default:
      return `right(${held}, length(${wanted})) = ${wanted}`;
  }
}

type DateTest = Extract<Test, { type: "date" | "date_range" | "date_relative" | "anniversary" | "day_of_week" | "hour_of_day" }>;

/** SQL of a positive date operator over a timestamptz expression (null: missing); the twin of `holdsDate`. */
export function compileDate(test: DateTest, operator: string, d: string, env: CompileEnv): string {
  const { params, now, zone } = env;
  const instant = (ms: number): string => params.add(iso(ms), "timestamptz");
  switch (test.type) {
    case "date":
      return `${d} ${operator === "before" ? "<" : ">"} ${instant(Date.parse(test.at))}`;
    case "date_range":
      return `(${d} >= ${instant(Date.parse(test.from))} and ${d} < ${instant(Date.parse(test.to))})`;
    case "date_relative": {
      const length = seconds(test.duration) * 1000;
      if (operator === "within_last") return `(${d} > ${instant(now - length)} and ${d} <= ${instant(now)})`;
      if (operator === "within_next") return `(${d} >= ${instant(now)} and ${d} < ${instant(now + length)})`;
      return operator === "before_last" ? `${d} <= ${instant(now - length)}` : `${d} >= ${instant(now + length)}`;
    }
    case "anniversary": {
      const today = `(${instant(now)} at time zone ${zone})::date`;
      const born = `to_char(${d} at time zone 'UTC', 'MMDD')`;
      const after = params.add(test.daysAfter, "int");
      const before = params.add(test.daysBefore, "int");
      return `(${d} is not null and exists (select 1 from generate_series(-(${after}), ${before}) n(n) where to_char(${today} + n.n, 'MMDD') = ${born}
        or (${born} = '0229' and to_char(${today} + n.n, 'MMDD') = '0228' and to_char(${today} + n.n + 1, 'MMDD') = '0301')))`;
    }
    case "day_of_week":
      return `extract(isodow from ${d} at time zone ${zone})::int = any(${params.add(test.days, "int[]")})`;
    case "hour_of_day": {
      const hour = `extract(hour from ${d} at time zone ${zone})::int`;
      const from = params.add(test.from, "int");
      const to = params.add(test.to, "int");
      return test.from <= test.to ? `(${hour} >= ${from} and ${hour} < ${to})` : `(${hour} >= ${from} or ${hour} < ${to})`;
    }
  }
}

/** SQL of a comparison over a number expression; null compares as false. The twin of `compareHolds`. */
export function compileCompare(compare: Compare, n: string, params: Params): string {
  if (compare.operator === "between")
    return `coalesce(${n} between ${params.add(compare.from, "float8")} and ${params.add(compare.to, "float8")}, false)`;
  const sign = { at_least: ">=", at_most: "<=", exactly: "=", more_than: ">", less_than: "<" }[compare.operator];
  return `coalesce(${n} ${sign} ${params.add(compare.n, "float8")}, false)`;
}

import { Compiler, type CompiledQuery, type CompileOptions } from "../compile";
import { scalarNumber, scalarText } from "../compile-test";
import type { Measure } from "../model";
import type { DefinitionOf, EventDefinition, EventMeasure, RfmBorders } from "./model";
import type { EventsPart } from "./parts";

/**
 * SQL of a definition over everybody: selects `id` (canonical profile) and `value` (jsonb, never null) of those who have
 * one other than the empty one's absence. The twin of `computeValue`; formulas have none (they are computed from others), and SQL is asked by itself.
 */
export function compileValue(definition: EventDefinition, options: CompileOptions & { borders?: RfmBorders | null }): CompiledQuery {
  const compiler = new Compiler(options);
  const source = sourceOf(definition, compiler, options);
  return {
    text: `${compiler.prelude()} select v.pid as id, v.value from (${source}) v join people p on p.id = v.pid where v.value is not null and v.value <> 'null'`,
    params: compiler.params.list,
  };
}

function sourceOf(definition: EventDefinition, compiler: Compiler, options: CompileOptions & { borders?: RfmBorders | null }): string {
  switch (definition.kind) {
    case "event":
      return measureSql(definition, definition.measure, compiler, options.now);
    case "ratio": {
      const above = numberSql(definition.of, definition.of.measure, compiler);
      const below = numberSql(definition.per, definition.per.measure, compiler);
      const none = ["count", "days", "weeks", "months", "distinct", "sum"].includes(definition.of.measure.of) ? "coalesce(x.n, 0)" : "x.n";
      return `select y.pid, to_jsonb(${none} / nullif(y.n, 0)) as value from (${below}) y left join (${above}) x on x.pid = y.pid`;
    }
    case "sessions":
      return sessionsSql(definition, compiler);
    case "rfm":
      return rfmSql(definition, compiler, options);
  }
}

const eventsSql = ({ event, where, window }: EventsPart, compiler: Compiler): string => compiler.events(event, where, window);

/** `pid, n` of a number over events. */
function numberSql(part: EventsPart, measure: Measure, compiler: Compiler): string {
  const { sql, zoned } = compiler.measure(measure);
  return `select m.pid, ${sql} as n from (${eventsSql(part, compiler)}) m ${zoned ? "join people w on w.id = m.pid" : ""} group by m.pid`;
}

const ISO_TIME = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;
const isoSql = (time: string): string => `to_jsonb(to_char(${time} at time zone 'UTC', ${ISO_TIME}))`;

function measureSql(part: EventsPart, measure: EventMeasure, compiler: Compiler, now: number): string {
  const property = (path: readonly string[]): string => `m.properties #> ${compiler.params.add(path, "text[]")}`;
  switch (measure.of) {
    case "most_frequent":
      return `select t.pid, to_jsonb((array_agg(t.x order by t.n desc, t.x collate "C"))[1]) as value from (
        select u.pid, u.x, count(*) as n from (select m.pid, ${scalarText(property(measure.path))} as x from (${eventsSql(part, compiler)}) m) u
        where u.x is not null group by u.pid, u.x) t where t.n >= ${compiler.params.add(measure.atLeast, "int")} group by t.pid`;
    case "unique_list":
      return `select u.pid, to_jsonb((array_agg(distinct u.x order by u.x))[1:${compiler.params.add(measure.limit, "int")}]) as value from (
        select m.pid, ${scalarText(property(measure.path))} collate "C" as x from (${eventsSql(part, compiler)}) m) u where u.x is not null group by u.pid`;
    case "first":
    case "last": {
      const { path } = measure;
      if (!path)
        return `select m.pid, ${isoSql(`${measure.of === "first" ? "min" : "max"}(m.at)`)} as value from (${eventsSql(part, compiler)}) m group by m.pid`;
      const order = measure.of === "first" ? "u.at, u.id" : "u.at desc, u.id desc";
      return `select u.pid, (array_agg(u.x order by ${order}))[1] as value from (
        select m.pid, m.at, m.id, ${property(path)} as x from (${eventsSql(part, compiler)}) m) u where u.x <> 'null' group by u.pid`;
    }
    case "days_since": {
      const moment = compiler.params.add(new Date(now).toISOString(), "timestamptz");
      const pick = measure.which === "first" ? "min" : "max";
      return `select m.pid, to_jsonb(floor(extract(epoch from ${moment} - ${pick}(m.at)) / 86400)) as value from (${eventsSql(part, compiler)}) m group by m.pid`;
    }
    default:
      return `select n.pid, to_jsonb(n.n) as value from (${numberSql(part, measure, compiler)}) n`;
  }
}

function sessionsSql(definition: DefinitionOf<"sessions">, compiler: Compiler): string {
  const gap = compiler.params.add(definition.gapMinutes * 60, "float8");
  const begun = `select m.pid, m.at, m.id, coalesce(m.at - lag(m.at) over own > make_interval(secs => ${gap}), true)::int as starts
    from (${eventsSql(definition, compiler)}) m window own as (partition by m.pid order by m.at, m.id)`;
  const numbered = `select b.pid, b.at, sum(b.starts) over (partition by b.pid order by b.at, b.id) as session from (${begun}) b`;
  const sessions = `select s.pid, s.session, min(s.at) as start, extract(epoch from max(s.at) - min(s.at)) * 1000 as ms, count(*) as events
    from (${numbered}) s group by s.pid, s.session`;
  const value = {
    count: "to_jsonb(count(*))",
    average_length: "to_jsonb(sum(t.ms)::float8 / count(*)::float8 / 60000)",
    longest_length: "to_jsonb(max(t.ms)::float8 / 60000)",
    total_length: "to_jsonb(sum(t.ms)::float8 / 60000)",
    average_events: "to_jsonb(sum(t.events)::float8 / count(*)::float8)",
    last_start: isoSql("max(t.start)"),
  }[definition.measure];
  return `select t.pid, ${value} as value from (${sessions}) t group by t.pid`;
}

/** `pid, age (milliseconds), n, spent` of everybody with such an event. */
function rfmFacts(definition: DefinitionOf<"rfm">, compiler: Compiler, now: number): string {
  const moment = compiler.params.add(new Date(now).toISOString(), "timestamptz");
  const spent = definition.path ? scalarNumber(`m.properties #> ${compiler.params.add(definition.path, "text[]")}`) : "m.value::float8";
  return `select m.pid, (extract(epoch from ${moment} - max(m.at)) * 1000)::float8 as age, count(*)::float8 as n,
    coalesce(sum(${spent} order by m.at, m.id), 0) as spent from (${eventsSql(definition, compiler)}) m group by m.pid`;
}

function rfmSql(definition: DefinitionOf<"rfm">, compiler: Compiler, options: CompileOptions & { borders?: RfmBorders | null }): string {
  const { borders } = options;
  const facts = rfmFacts(definition, compiler, options.now);
  if (!borders) return `select f.pid, null::jsonb as value from (${facts}) f`;
  const part = (value: string, of: number[]): string =>
    `(1 + (select count(*) from unnest(${compiler.params.add(of, "float8[]")}) b(x) where ${value} > b.x))::int`;
  const best = compiler.params.add(definition.groups - 1, "float8");
  const parts = `select f.pid, ${compiler.params.add(definition.groups + 1, "int")} - ${part("f.age", borders.recency)} as r,
    ${part("f.n", borders.frequency)} as f, ${part("f.spent", borders.monetary)} as m from (${facts}) f`;
  const value = {
    recency: "to_jsonb(s.r)",
    frequency: "to_jsonb(s.f)",
    monetary: "to_jsonb(s.m)",
    total: "to_jsonb(s.r + s.f + s.m)",
    code: "to_jsonb(concat(s.r, s.f, s.m))",
    group: `to_jsonb(case
      when s.rs >= 0.75 then case when s.fm >= 0.75 then 'Champions' when s.fm >= 0.375 then 'Loyal' else 'New or promising' end
      when s.rs >= 0.5 then case when s.fm >= 0.75 then 'Loyal' when s.fm >= 0.375 then 'Potential loyal' else 'Needs attention' end
      when s.rs >= 0.25 then case when s.fm >= 0.5 then 'At risk' else 'About to sleep' end
      when s.fm >= 0.5 then 'Cannot lose' else 'Lost' end)`,
  }[definition.score];
  return `select s.pid, ${value} as value from (
    select q.*, (q.r - 1)::float8 / ${best} as rs, (q.f + q.m - 2)::float8 / 2 / ${best} as fm from (${parts}) q) s`;
}

/** SQL of the borders of an RFM trait over everybody: arrays `recency`, `frequency`, `monetary`, null for nobody. */
export function compileBorders(definition: DefinitionOf<"rfm">, options: CompileOptions): CompiledQuery {
  const compiler = new Compiler(options);
  const facts = rfmFacts(definition, compiler, options.now);
  const shares = compiler.params.add(
    Array.from({ length: definition.groups - 1 }, (_, i) => (i + 1) / definition.groups),
    "float8[]",
  );
  const borders = (value: string): string => `percentile_disc(${shares}) within group (order by f.${value})`;
  return {
    text: `${compiler.prelude()} select ${borders("age")} as recency, ${borders("n")} as frequency, ${borders("spent")} as monetary
      from (${facts}) f join people p on p.id = f.pid`,
    params: compiler.params.list,
  };
}

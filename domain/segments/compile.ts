import { compileCompare, compileDate, compileTest, Params, scalarNumber, scalarText, type CompileEnv } from "./compile-test";
import { sqlListId } from "./sql-id";
import { compareHolds, twin } from "./test-value";
import {
  seconds,
  type Filter,
  type Leaf,
  type LeafOf,
  type Measure,
  type Rule,
  type RuleNode,
  type Step,
  type Test,
  type Window,
} from "./model";

export interface CompileOptions {
  /** Milliseconds. */
  now: number;
  /** Zone of the company: for people without a (valid) one of their own. */
  zone: string;
  /** Segment that the rule belongs to, for "since entered". */
  segmentId?: string;
  /** Sets of rows about consent, by row: the gate answers them, not SQL of rules. */
  sets?: ReadonlyMap<string, Iterable<number>>;
}

export interface CompiledQuery {
  text: string;
  params: unknown[];
}

/**
 * SQL of a rule: selects `id` of every person (canonical profile) that meets it. Values are parameters, names of
 * tables and columns constants; nothing of the rule becomes SQL text. Session time zone must be UTC.
 */
export function compile(rule: Rule, options: CompileOptions): CompiledQuery {
  const compiler = new Compiler(options);
  return { text: `${compiler.prelude()} select p.id from people p where ${compiler.node(rule.root)}`, params: compiler.params.list };
}

/** SQL of one leaf alone (its own negation included), for engines that do the groups themselves. */
export function compileLeaf(leaf: Leaf, options: CompileOptions): CompiledQuery {
  const compiler = new Compiler(options);
  return { text: `${compiler.prelude()} select p.id from people p where ${compiler.node(leaf)}`, params: compiler.params.list };
}

/** Writes the SQL of rules; what computed traits ask is made of its parts. */
export class Compiler {
  readonly params = new Params();
  private readonly env: CompileEnv;

  constructor(private readonly options: CompileOptions) {
    this.env = { params: this.params, now: options.now, zone: "p.zone" };
  }

  /** People with a zone that PostgreSQL knows; unknown names would make `at time zone` fail. */
  prelude(): string {
    return `with zones as materialized (select name from pg_timezone_names), people as not materialized (
      select q.id, q.known, q.traits, q.country, q.city, q.timezone, coalesce(z.name, ${this.params.add(this.options.zone, "text")}) as zone
      from profiles q left join zones z on z.name = q.timezone where q.merged_into is null)`;
  }

  node(node: RuleNode): string {
    const sql = node.kind === "group" ? this.group(node) : `(${this.leaf(node)})`;
    return node.negate ? `(not ${sql})` : sql;
  }

  private group(group: Extract<RuleNode, { kind: "group" }>): string {
    const parts = group.children.filter((child) => !child.muted).map((child) => this.node(child));
    if (group.match === "all") return parts.length === 0 ? "(true)" : `(${parts.join("\n and ")})`;
    const any = parts.length === 0 ? "(false)" : `(${parts.join("\n or ")})`;
    return group.match === "any" ? any : `(not ${any})`;
  }

  /** A boolean over `p`, never null. */
  private leaf(leaf: Leaf): string {
    switch (leaf.kind) {
      case "trait":
        return this.tested(leaf.test, `p.traits #> ${this.params.add(leaf.path, "text[]")}`, "p.zone");
      case "computed":
        return this.computed(leaf);
      case "event":
        return this.event(leaf);
      case "event_time":
        return this.eventTime(leaf);
      case "sequence":
        return this.sequence(leaf);
      case "lifecycle":
        return this.lifecycle(leaf);
      case "identifier": {
        const of = leaf.type === null ? "" : ` and i.type = ${this.params.add(leaf.type, "text")}`;
        return this.counted(
          `select ${CANONICAL("i")} as pid, count(*)::float8 as n from identifiers i left join profile_aliases a on a.profile_id = i.profile_id where true${of} group by 1`,
          leaf.compare,
          0,
        );
      }
      case "account": {
        const { path, test } = leaf;
        const tested = path && test ? this.tested(test, `c.traits #> ${this.params.add(path, "text[]")}`, "z.zone") : "true";
        return this.holders(`account_links h join accounts c on c.id = h.account_id`, tested, test);
      }
      case "device":
        return this.holders("devices h", this.tested(leaf.test, `to_jsonb(h.${DEVICE_COLUMN[leaf.field]})`, "z.zone"), leaf.test);
      case "location":
        return this.tested(leaf.test, `to_jsonb(p.${LOCATION_COLUMN[leaf.field]})`, "p.zone");
      case "random": {
        const salt = this.params.add(`${leaf.salt}:`, "text");
        const bucket = `(('x' || left(md5(${salt} || p.id::text), 8))::bit(32)::bigint::float8 / 4294967296 * 100)`;
        return `(${bucket} >= ${this.params.add(leaf.from, "float8")} and ${bucket} < ${this.params.add(leaf.to, "float8")})`;
      }
      case "known":
        return "p.known";
      case "consent": {
        const set = this.options.sets?.get(leaf.id);
        if (!set) throw new Error("compile: a row about consent needs its set");
        return `p.id = any(${this.params.add([...set], "int[]")})`;
      }
      case "segment":
        return `p.id in (select m.profile_id from segment_members m where m.segment_id = ${this.params.add(leaf.segmentId, "text")})`;
      case "list":
        return this.holders("list_members h", `h.list_id = ${this.params.add(leaf.listId, "text")}`);
      case "sql":
        return this.leaf({ kind: "list", id: leaf.id, listId: sqlListId(leaf.sql) });
    }
  }

  /**
   * A computed trait: people whose kept value passes; where the value of everybody else (0 or none) passes too, the
   * complement of those whose value does not. One walk over the trait's values by `computed_values_pkey`.
   */
  private computed({ traitId, test }: LeafOf<"computed">): string {
    const id = this.params.add(traitId, "text");
    const held = `select v.profile_id from computed_values v ${ZONED.has(test.type) ? "join people z on z.id = v.profile_id" : ""}
      where v.trait_id = ${id} and v.value is not null and`;
    const empty = this.tested(test, `(select t.empty from computed_traits t where t.id = ${id})`, "'UTC'");
    // A column needs no sub-select to be computed once: tens of thousands of them cost more than the tests.
    const holds = (): string => `(${compileTest(test, "v.value", { ...this.env, zone: "z.zone" })})`;
    return `case when ${empty} then p.id not in (${held} not ${holds()}) else p.id in (${held} ${holds()}) end`;
  }

  /**
   * People of whom any fragment has a row `h` in a table, as one set: the rows are read once, whatever the number of
   * people. `z` has the zone where the test asks for it.
   */
  private holders(from: string, condition: string, test?: Test): string {
    const zoned = test && ZONED.has(test.type) ? `join people z on z.id = ${CANONICAL("h")}` : "";
    return `p.id in (select ${CANONICAL("h")} from ${from} left join profile_aliases a on a.profile_id = h.profile_id ${zoned} where ${condition})`;
  }

  /** A test over a jsonb expression, computed once. */
  private tested(test: Parameters<typeof compileTest>[0], expression: string, zone: string): string {
    return `(select ${compileTest(test, "v.v", { ...this.env, zone })} from (select ${expression} as v offset 0) v)`;
  }

  /** Events by name and filters, with the person each belongs to: `pid, at, id, value, properties`. Nothing after now. */
  events(event: string | null, where: readonly Filter[], window?: Window): string {
    const { params } = this;
    const conditions = [`e.occurred_at <= ${params.add(new Date(this.options.now).toISOString(), "timestamptz")}`, "e.profile_id > 0"];
    conditions.push(
      event === null
        ? "e.event_type in (select t.id from event_types t where not starts_with(t.name, '$'))"
        : `e.event_type = (select t.id from event_types t where t.name = ${params.add(event, "text")})`,
    );
    const needsPerson =
      window?.kind === "calendar_days" || window?.kind === "since_entered" || where.some(({ test }) => ZONED.has(test.type));
    for (const filter of where)
      conditions.push(this.tested(filter.test, `e.${filter.root} #> ${params.add(filter.path, "text[]")}`, "z.zone"));
    if (window) conditions.push(this.inWindow(window));
    return `select ${CANONICAL("e")} as pid, e.occurred_at as at, e.id, e.value, e.properties
      from events e left join profile_aliases a on a.profile_id = e.profile_id
      ${needsPerson ? `join people z on z.id = ${CANONICAL("e")}` : ""}
      where ${conditions.join(" and ")}`;
  }

  private inWindow(window: Window): string {
    const { params, options } = this;
    const ago = (ms: number): string => params.add(new Date(options.now - ms).toISOString(), "timestamptz");
    switch (window.kind) {
      case "ever":
        return "true";
      case "last":
        return `e.occurred_at > ${ago(seconds(window.duration) * 1000)}`;
      case "calendar_days":
        return `(e.occurred_at at time zone z.zone)::date > (${ago(0)} at time zone z.zone)::date - ${params.add(window.days, "int")}`;
      case "between_ago":
        return `(e.occurred_at >= ${ago(seconds(window.to) * 1000)} and e.occurred_at < ${ago(seconds(window.from) * 1000)})`;
      case "fixed": {
        const ends = [
          window.from === null ? undefined : `e.occurred_at >= ${params.add(window.from, "timestamptz")}`,
          window.to === null ? undefined : `e.occurred_at < ${params.add(window.to, "timestamptz")}`,
        ].filter((end) => end !== undefined);
        return ends.length === 0 ? "true" : `(${ends.join(" and ")})`;
      }
      case "since_entered":
        return `e.occurred_at >= (select m.entered_at from segment_members m where m.segment_id = ${params.add(options.segmentId ?? "", "text")} and m.profile_id = z.id)`;
    }
  }

  private event(leaf: LeafOf<"event">): string {
    const { sql, zoned } = this.measure(leaf.measure);
    const source = this.events(leaf.event, leaf.where, leaf.window);
    const none = leaf.measure.of === "average" || leaf.measure.of === "min" || leaf.measure.of === "max" ? undefined : 0;
    return this.counted(
      `select m.pid, ${sql} as n from (${source}) m ${zoned ? "join people w on w.id = m.pid" : ""} group by m.pid`,
      leaf.compare,
      none,
    );
  }

  /** SQL of a measure over events `m` of one person, as float8. */
  measure(measure: Measure): { sql: string; zoned?: boolean } {
    switch (measure.of) {
      case "count":
        return { sql: "count(*)::float8" };
      case "days":
      case "weeks":
      case "months": {
        const unit = { days: "day", weeks: "week", months: "month" }[measure.of];
        return { sql: `count(distinct date_trunc('${unit}', m.at at time zone w.zone))::float8`, zoned: true };
      }
      case "distinct":
        return { sql: `count(distinct ${scalarText(`m.properties #> ${this.params.add(measure.path, "text[]")}`)})::float8` };
      default: {
        const x = measure.path ? scalarNumber(`m.properties #> ${this.params.add(measure.path, "text[]")}`) : "m.value::float8";
        // In time order, one after the other: the same digits as in memory.
        if (measure.of === "sum") return { sql: `coalesce(sum(${x} order by m.at, m.id), 0)` };
        if (measure.of === "average") return { sql: `sum(${x} order by m.at, m.id) / nullif(count(${x}), 0)` };
        return { sql: `${measure.of}(${x})` };
      }
    }
  }

  /**
   * People whose number `n` compares; who has no row has `none`. Where that satisfies the comparison too, the set is the
   * complement of those whose number does not.
   */
  private counted(source: string, compare: Parameters<typeof compileCompare>[0], none: number | undefined): string {
    const holds = compileCompare(compare, "c.n", this.params);
    if (!compareHolds(compare, none)) return `p.id in (select c.pid from (${source}) c where ${holds})`;
    return `p.id not in (select c.pid from (${source}) c where not ${holds})`;
  }

  private eventTime(leaf: LeafOf<"event_time">): string {
    const { positive, negative } = twin(leaf.test.operator);
    const source = this.events(leaf.event, leaf.where);
    const pick = leaf.which === "first" ? "min" : "max";
    const test = leaf.test as Parameters<typeof compileDate>[0];
    const holds = compileDate(test, positive, "c.at", { ...this.env, zone: "'UTC'" });
    return `p.id ${negative ? "not in" : "in"} (select c.pid from (select m.pid, ${pick}(m.at) as at from (${source}) m group by m.pid) c where ${holds})`;
  }

  private sequence(leaf: LeafOf<"sequence">): string {
    const ctes: string[] = [];
    const cte = (source: string): string => {
      ctes.push(`s${ctes.length} as materialized (${source})`);
      return `s${ctes.length - 1}`;
    };
    const steps = leaf.steps.map((step, i) => ({
      step,
      table: cte(this.events(step.event, step.where, i === 0 ? leaf.window : undefined)),
    }));
    let inner = this.thenNot(leaf, cte, `e${steps.length - 1}`);
    for (let i = steps.length - 1; i > 0; i--) {
      const { step, table } = steps[i] as { step: Step; table: string };
      inner = `exists (select 1 from ${table} e${i} where ${this.stepFits(step, i, cte)} and ${inner})`;
    }
    const first = steps[0] as { table: string };
    const query = `select distinct e0.pid from ${first.table} e0 where ${inner}`;
    return `p.id in (with ${ctes.join(", ")} ${query})`;
  }

  private stepFits(step: Step, i: number, cte: (source: string) => string): string {
    const mine = `e${i}`;
    const previous = `e${i - 1}`;
    const conditions = [`${mine}.pid = ${previous}.pid`, `(${mine}.at, ${mine}.id) > (${previous}.at, ${previous}.id)`];
    if (step.within)
      conditions.push(`${mine}.at <= ${previous}.at + make_interval(secs => ${this.params.add(seconds(step.within), "float8")})`);
    if (step.without) {
      const table = cte(this.events(step.without.event, step.without.where));
      conditions.push(
        `not exists (select 1 from ${table} x where x.pid = ${mine}.pid and (x.at, x.id) > (${previous}.at, ${previous}.id) and (x.at, x.id) < (${mine}.at, ${mine}.id))`,
      );
    }
    for (const link of step.same ?? []) {
      const left = scalarText(`${mine}.properties #> ${this.params.add(link.path, "text[]")}`);
      const right = scalarText(`e${link.step}.properties #> ${this.params.add(link.stepPath, "text[]")}`);
      conditions.push(`coalesce(${left} = ${right}, false)`);
    }
    return conditions.join(" and ");
  }

  private thenNot(leaf: LeafOf<"sequence">, cte: (source: string) => string, last: string): string {
    const { thenNot } = leaf;
    if (!thenNot) return "true";
    const table = cte(this.events(thenNot.event, thenNot.where));
    const end = `${last}.at + make_interval(secs => ${this.params.add(seconds(thenNot.within), "float8")})`;
    const now = this.params.add(new Date(this.options.now).toISOString(), "timestamptz");
    return `(${end} <= ${now} and not exists (select 1 from ${table} y where y.pid = ${last}.pid and (y.at, y.id) > (${last}.at, ${last}.id) and y.at <= ${end}))`;
  }

  private lifecycle(leaf: LeafOf<"lifecycle">): string {
    const period = seconds(leaf.period) * 1000;
    const at = (ms: number): string => this.params.add(new Date(this.options.now - ms).toISOString(), "timestamptz");
    const gap = `make_interval(secs => ${this.params.add((2 * period) / 1000, "float8")})`;
    const state = `case when max(m.at) <= ${at(2 * period)} then 'lapsed' when max(m.at) <= ${at(period)} then 'lapsing' when min(m.at) > ${at(period)} then 'new'
      when bool_or(m.at > ${at(period)} and m.at - m.before > ${gap}) then 'returned' else 'active' end`;
    const source = `select e.pid, e.at, lag(e.at) over (partition by e.pid order by e.at, e.id) as before from (${this.events(leaf.event, [])}) e`;
    const wanted = this.params.add(leaf.state, "text");
    return `p.id in (select c.pid from (select m.pid, ${state} as state from (${source}) m group by m.pid) c where c.state = ${wanted})`;
  }
}

const CANONICAL = (table: string): string => `coalesce(a.canonical_id, ${table}.profile_id)`;
const DEVICE_COLUMN = { type: "type", name: "name", os: "os" } as const;
const LOCATION_COLUMN = { country: "country", city: "city", timezone: "timezone" } as const;
const ZONED = new Set(["anniversary", "day_of_week", "hour_of_day"]);

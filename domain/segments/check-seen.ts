import { can, requirePermission } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import { parseInput } from "@/domain/kernel/parse";
import { holdsPersonal, suggestValues } from "./catalog";
import type { SeenWarning, ValueKind } from "./catalog-model";
import { isCall } from "./measure";
import { leavesOf, ruleSchema, type Filter, type Leaf, type Test } from "./model";
import { foldCase } from "./values";

/** Values are compared with samples; more places than this are not looked up in one check. */
const MAX_PLACES = 40;

interface Place {
  kind: ValueKind;
  path?: string[];
  event?: string;
}
type ValueUse = Place & { nodeId: string; values: string[]; ignoreCase: boolean };
interface PropertyUse {
  nodeId: string;
  event: string;
  path: string[];
}

/** Everything in a rule that the data should hold. */
class Uses {
  readonly events: { nodeId: string; name: string }[] = [];
  readonly properties: PropertyUse[] = [];
  readonly traits: { nodeId: string; path: string[] }[] = [];
  readonly values: ValueUse[] = [];
  readonly segments: { nodeId: string; id: string; kind: "segment" | "list" }[] = [];

  leaf(leaf: Leaf): void {
    const nodeId = leaf.id;
    switch (leaf.kind) {
      case "trait":
        this.traits.push({ nodeId, path: leaf.path });
        this.test(nodeId, leaf.test, { kind: "trait", path: leaf.path });
        break;
      case "event":
        this.event(nodeId, leaf.event, leaf.where);
        if ("path" in leaf.measure && leaf.measure.path && leaf.event !== null)
          this.properties.push({ nodeId, event: leaf.event, path: leaf.measure.path });
        break;
      case "event_time":
      case "lifecycle":
        this.event(nodeId, leaf.event, leaf.kind === "event_time" ? leaf.where : []);
        break;
      case "sequence":
        for (const step of leaf.steps) {
          this.event(nodeId, step.event, step.where);
          if (step.without) this.event(nodeId, step.without.event, step.without.where);
          for (const link of step.same ?? []) {
            this.properties.push({ nodeId, event: step.event, path: link.path });
            const other = leaf.steps[link.step];
            if (other) this.properties.push({ nodeId, event: other.event, path: link.stepPath });
          }
        }
        if (leaf.thenNot) this.event(nodeId, leaf.thenNot.event, leaf.thenNot.where);
        break;
      case "location":
        this.test(nodeId, leaf.test, { kind: leaf.field });
        break;
      case "device":
        this.test(nodeId, leaf.test, { kind: `device_${leaf.field}` });
        break;
      case "account":
        if (leaf.path && leaf.test) this.test(nodeId, leaf.test, { kind: "account", path: leaf.path });
        break;
      case "identifier":
        if (leaf.type !== null) this.values.push({ nodeId, kind: "identifier_type", values: [leaf.type], ignoreCase: false });
        break;
      case "segment":
        this.segments.push({ nodeId, id: leaf.segmentId, kind: "segment" });
        break;
      case "list":
        this.segments.push({ nodeId, id: leaf.listId, kind: "list" });
        break;
      default:
        break;
    }
  }

  private event(nodeId: string, name: string | null, where: readonly Filter[]): void {
    if (name === null) return;
    this.events.push({ nodeId, name });
    for (const filter of where) {
      const place: Place = { kind: filter.root === "properties" ? "property" : "context", path: filter.path, event: name };
      if (filter.root === "properties") this.properties.push({ nodeId, event: name, path: filter.path });
      this.test(nodeId, filter.test, place);
    }
  }

  /** Only whole values can be looked up: a part of a text or a bound of a number need not have been seen. */
  private test(nodeId: string, test: Test, place: Place): void {
    if (test.type === "text" && (test.operator === "equals" || test.operator === "not_equals"))
      this.values.push({ ...place, nodeId, values: [test.value], ignoreCase: test.ignoreCase });
    else if ((test.type === "text_list" && (test.operator === "in" || test.operator === "not_in")) || test.type === "list")
      this.values.push({ ...place, nodeId, values: test.values, ignoreCase: test.ignoreCase });
  }
}

/**
 * Names and values of a rule that the data do not hold, by row. Event names, properties and traits are looked up in
 * what was ever seen; values in the newest people or events, and the message says so. What the reader may not see is
 * not looked up.
 */
export async function checkSeen(ctx: Ctx, rule: unknown): Promise<SeenWarning[]> {
  requirePermission(ctx, "segments:read");
  const uses = new Uses();
  for (const leaf of leavesOf(parseInput(ruleSchema, rule).root)) uses.leaf(leaf);
  const [unseen, traits, segments] = await Promise.all([unseenEvents(ctx, uses), unseenTraits(ctx, uses), missingSegments(ctx, uses)]);
  const properties = await unseenProperties(ctx, uses, unseen.names);
  const gone = new Set([...properties.places, ...traits.places]);
  const values = await unseenValues(ctx, uses, (use) => unseen.names.has(use.event ?? "") || gone.has(placeKey(use)));
  return unique([...unseen.warnings, ...properties.warnings, ...traits.warnings, ...values, ...segments]);
}

const unique = (warnings: SeenWarning[]): SeenWarning[] => [
  ...new Map(warnings.map((one) => [JSON.stringify([one.nodeId, one.subject, one.message]), one])).values(),
];
const placeKey = ({ kind, event, path }: Place): string => JSON.stringify([kind, event ?? "", path ?? []]);
const pathText = (path: readonly string[]): string => path.join(" › ");

async function unseenEvents(ctx: Ctx, uses: Uses): Promise<{ names: Set<string>; warnings: SeenWarning[] }> {
  const names = [...new Set(uses.events.map((use) => use.name))];
  const known = new Set(
    (await ctx.sql<{ name: string }[]>`select name from event_types where name = any(${names}::text[])`).map((row) => row.name),
  );
  const warnings = uses.events
    .filter(({ name }) => !known.has(name))
    .map(({ nodeId, name }): SeenWarning => ({ nodeId, subject: "event", name, message: `The event "${name}" was never seen.` }));
  return { names: new Set(names.filter((name) => !known.has(name))), warnings };
}

/** The list of properties is cut for sources that invent keys: where it is full, nothing is said. */
const LIST_FULL = 300;

async function unseenProperties(ctx: Ctx, uses: Uses, unseen: ReadonlySet<string>): Promise<{ places: string[]; warnings: SeenWarning[] }> {
  const wanted = uses.properties.filter((use) => !unseen.has(use.event) && !isCall(use.event));
  const events = [...new Set(wanted.map((use) => use.event))];
  const rows = await ctx.sql<{ scope: string; keys: string[] }[]>`
    select scope, array_agg(key) as keys from seen_properties where kind = 'event' and scope = any(${events}::text[]) group by scope`;
  const keys = new Map(rows.map((row) => [row.scope, row.keys]));
  const missing = wanted.filter(({ event, path }) => {
    const seen = keys.get(event) ?? [];
    return seen.length < LIST_FULL && !seen.includes(path[0] ?? "");
  });
  return {
    places: missing.map(({ event, path }) => placeKey({ kind: "property", event, path })),
    warnings: missing.map(({ nodeId, event, path }) => ({
      nodeId,
      subject: "property",
      name: pathText(path),
      message: `No event "${event}" ever had the property "${pathText(path)}".`,
    })),
  };
}

async function unseenTraits(ctx: Ctx, uses: Uses): Promise<{ places: string[]; warnings: SeenWarning[] }> {
  const wanted = [...new Set(uses.traits.map((use) => use.path[0] ?? ""))];
  if (wanted.length === 0) return { places: [], warnings: [] };
  // Traits come from identify calls (listed when seen) and from contexts (not listed): the newest people say the rest.
  const rows = await ctx.sql<{ key: string }[]>`
    select key from unnest(${wanted}::text[]) as w(key)
    where exists (select 1 from seen_properties s where s.kind = 'trait' and s.scope = '' and s.key = w.key)
      or exists (select 1 from (select traits from profiles where merged_into is null
        order by last_seen_at desc nulls last, id desc nulls last limit 5000) p where p.traits ? w.key)`;
  const known = new Set(rows.map((row) => row.key));
  const missing = uses.traits.filter((use) => !known.has(use.path[0] ?? ""));
  return {
    places: missing.map(({ path }) => placeKey({ kind: "trait", path })),
    warnings: missing.map(({ nodeId, path }) => ({
      nodeId,
      subject: "trait",
      name: pathText(path),
      message: `Nobody was ever given the trait "${pathText(path)}".`,
    })),
  };
}

async function missingSegments(ctx: Ctx, uses: Uses): Promise<SeenWarning[]> {
  if (uses.segments.length === 0) return [];
  const ids = uses.segments.map((use) => use.id);
  const rows = await ctx.sql<{ id: string }[]>`select id from segments where id = any(${ids}::text[]) and deleted_at is null`;
  const known = new Set(rows.map((row) => row.id));
  return uses.segments
    .filter(({ id }) => !known.has(id))
    .map(({ nodeId, id, kind }) => ({ nodeId, subject: kind, name: id, message: `There is no ${kind} "${id}".` }));
}

async function unseenValues(ctx: Ctx, uses: Uses, skip: (use: ValueUse) => boolean): Promise<SeenWarning[]> {
  const byPlace = new Map<string, ValueUse[]>();
  for (const use of uses.values) {
    if (skip(use)) continue;
    const key = placeKey(use);
    byPlace.set(key, [...(byPlace.get(key) ?? []), use]);
  }
  const warnings: SeenWarning[] = [];
  const sees = can(ctx, "personal_data:see");
  for (const place of [...byPlace.values()].slice(0, MAX_PLACES)) {
    const [first] = place;
    if (!first) continue;
    const { kind, path, event } = first;
    const seen = await suggestValues(ctx, { kind, limit: 1_000, ...(path ? { path } : {}), ...(event ? { event } : {}) });
    // A full list may have been cut, and an empty sample says nothing about a value.
    if (seen.withheld || seen.sampled === 0 || seen.values.length >= 1_000) continue;
    const exact = new Set(seen.values.map(({ value }) => String(value).normalize("NFC")));
    const folded = new Set([...exact].map(foldCase));
    const where = kind === "property" || kind === "context" ? "events" : kind === "account" ? "accounts" : "people";
    for (const { nodeId, values, ignoreCase } of place)
      for (const value of values) {
        const text = value.normalize("NFC");
        if (!sees && holdsPersonal(text)) continue;
        if (ignoreCase ? folded.has(foldCase(text)) : exact.has(text)) continue;
        const near = folded.has(foldCase(text)) ? " It was seen in other capitals." : "";
        const among = seen.complete
          ? `The value "${value}" was never seen there.`
          : `The value "${value}" is not among the newest ${seen.sampled.toLocaleString("en-US")} ${where}.`;
        warnings.push({ nodeId, subject: "value", name: value, message: among + near });
      }
  }
  return warnings;
}

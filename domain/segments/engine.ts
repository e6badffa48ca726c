import { createContext } from "@/domain/kernel/context";
import { allowedSet, consentSet } from "@/domain/consent";
import type { AnySql, Database, TxSql } from "@/db/client";
import { canonicalJson } from "@/domain/kernel/canonical-json";
import { env } from "@/domain/kernel/env";
import { IdSet } from "@/domain/kernel/sets/id-set";
import { BlockEngine } from "./blocks/block-engine";
import { VERSION_SQL } from "./blocks/view";
import { GENERATION } from "./computed/settle";
import { compileLeaf, type CompiledQuery } from "./compile";
import type { Leaf, Rule, RuleNode } from "./model";
import { changesWithTime } from "./next-flip";
import { SharedWork } from "./shared-work";

/** How long counts of one builder session keep their instant, so that after an edit only the changed row is computed. */
const KEEP_MS = 15_000;
/** And how long when nothing was processed since. */
const KEEP_UNCHANGED_MS = 60_000;
const AT_ONCE = 4;
const TIMEOUT_MS = 20_000;

export interface AskOptions {
  /** Zone of the company. */
  zone: string;
  /** Segment that the rule belongs to, for "since entered". */
  segmentId?: string | undefined;
  signal?: AbortSignal | undefined;
}

export interface Answer {
  /** Milliseconds. */
  asOf: number;
  base: IdSet;
  total: IdSet;
  /** Every node (muted ones too), its own negation included. */
  sets: Map<string, IdSet>;
  /** Leaves that were really computed, and by what in how many milliseconds; the rest were kept. */
  computed: Map<string, LeafCost>;
}

export interface LeafCost {
  by: "blocks" | "database";
  ms: number;
}

interface Instant {
  asOf: number;
  version: string;
}

interface Entry extends Instant {
  set: IdSet;
  timed: boolean;
}

/** Groups as algebra of sets: the set of a node, its negation included. Muted children take no part. */
export function combine(node: RuleNode, leaf: (leaf: Leaf) => IdSet, base: IdSet, seen?: Map<string, IdSet>): IdSet {
  let met: IdSet;
  if (node.kind === "group") {
    const sets = node.children.map((child) => ({ child, set: combine(child, leaf, base, seen) }));
    const active = sets.filter(({ child }) => !child.muted).map(({ set }) => set);
    if (node.match === "all") met = active.reduce((all, set) => all.and(set), base);
    else {
      const any = active.reduce((all, set) => all.or(set), IdSet.EMPTY);
      met = node.match === "any" ? any : base.andNot(any);
    }
  } else met = leaf(node).and(base);
  const out = node.negate ? base.andNot(met) : met;
  seen?.set(node.id, out);
  return out;
}

function* allLeaves(node: RuleNode): Generator<Leaf> {
  if (node.kind !== "group") yield node;
  else for (const child of node.children) yield* allLeaves(child);
}

const packed = (query: CompiledQuery): string => `select coalesce(string_agg(int4send(m.id), ''), '') as ids from (${query.text}) m`;
const EVERYBODY_KEY = "everybody";
const EVERYBODY: CompiledQuery = { text: "select p.id from profiles p where p.merged_into is null", params: [] };

/** The leaf without what groups do with it. */
function bare(leaf: Leaf): Leaf {
  const { negate: _negate, muted: _muted, ...rest } = leaf;
  return rest as Leaf;
}

const queryOf = (leaf: Leaf, now: number, options: Pick<AskOptions, "zone" | "segmentId">): CompiledQuery =>
  compileLeaf(bare(leaf), { now, zone: options.zone, ...(options.segmentId === undefined ? {} : { segmentId: options.segmentId }) });

/**
 * The members of a rule, computed on one handle: a repeatable-read transaction gives one consistent state of the data.
 * @param step called after each leaf
 */
export async function membersOn(
  sql: AnySql,
  rule: Rule,
  options: { now: number; zone: string; segmentId?: string | undefined; blocks?: BlockEngine | undefined },
  step: (done: number, total: number) => Promise<void> | void = () => {},
): Promise<{ base: IdSet; total: IdSet }> {
  const fetch = async (query: CompiledQuery): Promise<IdSet> => {
    const [row] = await sql.unsafe<{ ids: Uint8Array }[]>(packed(query), query.params as never[]);
    return IdSet.fromPacked(row?.ids ?? new Uint8Array());
  };
  const leaves = [...allLeaves(rule.root)];
  let everybody: Promise<IdSet> | undefined;
  const fetchBase = (): Promise<IdSet> => (everybody ??= fetch(EVERYBODY));
  const held = await options.blocks?.members(leaves, { now: options.now, base: fetchBase, tx: sql as TxSql });
  const base = held?.base ?? (await fetchBase());
  const sets = new Map([...(held?.found ?? [])].map(([leaf, { set }]) => [leaf.id, set]));
  for (const [i, leaf] of leaves.entries()) {
    if (leaf.kind === "consent") sets.set(leaf.id, await consentSet(sql, leaf, options.now));
    else if (!sets.has(leaf.id)) sets.set(leaf.id, await fetch(queryOf(leaf, options.now, options)));
    await step(i + 1, leaves.length);
  }
  return { base, total: combine(rule.root, (leaf) => sets.get(leaf.id) ?? IdSet.EMPTY, base) };
}

/**
 * Counts draft rules. A leaf about events comes from blocks where they hold it, any other is one statement that returns
 * packed ids; groups are algebra of sets in memory. Leaves are kept (within a bound of bytes, the least used go first),
 * so that an edit computes only the row that changed.
 */
export class SegmentEngine {
  private readonly cache = new Map<string, Entry>();
  private bytes = 0;
  private readonly instants = new Map<string, Instant>();
  private readonly work: SharedWork;
  readonly blocks: BlockEngine;

  constructor(
    private readonly database: Pick<Database, "sql">,
    private readonly options: { cacheBytes?: number; blocks?: BlockEngine; timeoutMs?: number; now?: () => number } = {},
  ) {
    this.work = new SharedWork(database.sql, AT_ONCE, options.timeoutMs ?? TIMEOUT_MS);
    this.blocks = options.blocks ?? new BlockEngine(database, env().EVENT_BLOCK_CACHE_MB * 1_048_576);
  }

  async ask(rule: Rule, options: AskOptions): Promise<Answer> {
    const instant = await this.instant(options.zone);
    const computed = new Map<string, LeafCost>();
    const leaves = [...allLeaves(rule.root)];
    let everybody: Promise<IdSet> | undefined;
    const base = (): Promise<IdSet> => (everybody ??= this.everybody(instant, options.signal));
    const byId = new Map<string, IdSet>();
    const open: Leaf[] = [];
    for (const leaf of leaves) {
      const kept = this.find(keyOf(leaf, options), changesWithTime(leaf), instant);
      if (kept) byId.set(leaf.id, kept);
      else open.push(leaf);
    }
    const keptBase = this.find(EVERYBODY_KEY, false, instant);
    if (keptBase) everybody = Promise.resolve(keptBase);
    const answer =
      open.length > 0 || !keptBase
        ? await this.blocks.members(open, { now: instant.asOf, base, version: instant.version, signal: options.signal })
        : undefined;
    if (answer?.base && !keptBase) {
      everybody = Promise.resolve(answer.base);
      this.keep(EVERYBODY_KEY, { ...instant, set: answer.base, timed: false });
    }
    await Promise.all(
      open.map(async (leaf) => {
        const key = keyOf(leaf, options);
        const held = answer?.found.get(leaf);
        const began = performance.now();
        const set = held?.set ?? (await this.askOne(leaf, key, () => queryOf(leaf, instant.asOf, options), instant, options.signal));
        computed.set(leaf.id, held ? { by: "blocks", ms: held.ms } : { by: "database", ms: performance.now() - began });
        byId.set(leaf.id, set);
        this.keep(key, { ...instant, set, timed: changesWithTime(leaf) });
      }),
    );
    const all = await base();
    const seen = new Map<string, IdSet>();
    const total = combine(rule.root, (leaf) => byId.get(leaf.id) ?? IdSet.EMPTY, all, seen);
    return { asOf: instant.asOf, base: all, total, sets: seen, computed };
  }

  /** Bytes of computed rows kept at the moment. */
  get kept(): number {
    return this.bytes;
  }

  private now(): number {
    return this.options.now?.() ?? Date.now();
  }

  private async instant(zone: string): Promise<Instant> {
    const known = this.instants.get(zone);
    const age = known ? this.now() - known.asOf : Number.POSITIVE_INFINITY;
    if (known && age >= 0 && age < KEEP_MS) return known;
    const [row] = await this.database.sql.unsafe<{ version: string }[]>(
      `select ${VERSION_SQL} as version from processing_cursors c where c.name = 'main'`,
      [GENERATION],
    );
    const version = row?.version ?? "";
    if (known && age >= 0 && age < KEEP_UNCHANGED_MS && known.version === version) return known;
    const fresh = { asOf: this.now(), version };
    this.instants.set(zone, fresh);
    return fresh;
  }

  private async everybody(instant: Instant, signal: AbortSignal | undefined): Promise<IdSet> {
    const kept = this.find(EVERYBODY_KEY, false, instant);
    if (kept) return kept;
    const set = await this.ask1(EVERYBODY_KEY, EVERYBODY, instant, signal);
    this.keep(EVERYBODY_KEY, { ...instant, set, timed: false });
    return set;
  }

  private find(key: string, timed: boolean, instant: Instant): IdSet | undefined {
    const kept = this.cache.get(key);
    if (!kept || (kept.asOf !== instant.asOf && (timed || kept.version !== instant.version))) return undefined;
    // Used last: to the end of the order in which entries go.
    this.cache.delete(key);
    this.cache.set(key, kept);
    return kept.set;
  }

  /** One statement of the database. */
  private async ask1(key: string, query: CompiledQuery, instant: Instant, signal: AbortSignal | undefined): Promise<IdSet> {
    return IdSet.fromPacked(await this.work.run(`${instant.asOf} ${key}`, packed(query), query.params, signal));
  }

  private askOne(leaf: Leaf, key: string, query: () => CompiledQuery, instant: Instant, signal: AbortSignal | undefined): Promise<IdSet> {
    if (leaf.kind !== "consent") return this.ask1(key, query(), instant, signal);
    // The gate keeps its own sets up to date.
    const ctx = createContext({ kind: "job", id: "segments" }, this.database as Database);
    return allowedSet(ctx, { purpose: leaf.purpose, ...(leaf.channel === null ? {} : { channel: leaf.channel }) });
  }

  private keep(key: string, entry: Entry): void {
    this.drop(key);
    this.cache.set(key, entry);
    this.bytes += entry.set.bytes + key.length * 2;
    const limit = this.options.cacheBytes ?? env().SEGMENT_CACHE_MB * 1_048_576;
    for (const oldest of this.cache.keys()) {
      if (this.bytes <= limit) break;
      this.drop(oldest);
    }
  }

  private drop(key: string): void {
    const entry = this.cache.get(key);
    if (!entry) return;
    this.cache.delete(key);
    this.bytes -= entry.set.bytes + key.length * 2;
  }
}

/** Equal for rows that mean the same, wherever they stand. */
function keyOf(leaf: Leaf, options: AskOptions): string {
  const { id: _id, ...meaning } = bare(leaf);
  const own = "window" in leaf && leaf.window.kind === "since_entered" ? (options.segmentId ?? "") : "";
  return canonicalJson([meaning, options.zone, own]);
}

const engines = new WeakMap<object, SegmentEngine>();

/** The engine of this process for a database. */
export function engineOf(database: Database): SegmentEngine {
  let engine = engines.get(database);
  if (!engine) engines.set(database, (engine = new SegmentEngine(database)));
  return engine;
}

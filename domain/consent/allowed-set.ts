import type { AnySql, Database } from "@/db/client";
import type { Clock } from "@/domain/kernel/clock";
import { canonicalJson } from "@/domain/kernel/canonical-json";
import { createContext, type Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { IdSet } from "@/domain/kernel/sets/id-set";
import { loadSettings, settingsOf, type ConsentSettings } from "./config";
import { canBeRefused, canBeRestricted, decide, keysOf, needsGrant, type PersonConsent, type Question } from "./decide";
import { questionOf, type GateUse } from "./gate";
import { loadConsent } from "./load-consent";
import { everybody, peopleIn, statementSets, suppressedPeople } from "./set-sql";
import { KEPT_SET_DAYS, loadSet, saveSet, type KeptSet } from "./stored-sets";

/** Answers one by one for at most so many at once. */
const PART = 2_000;
/** More changes than this are read anew as a whole. */
const MANY = 20_000;
const ENTRIES = 40;
const KEPT_MS = KEPT_SET_DAYS * 86_400_000;

/** Who may (needs a grant) or may not (otherwise), by statements alone. */
interface Entry extends KeptSet {
  /** When it was last brought up to date, by this process's clock: the list of changes goes back some days only. */
  readAt: number;
}
interface Crowd {
  readAt: number;
  xmin: string;
  /** Newest profile. */
  last: number;
  set: IdSet;
}
interface Memory {
  version: number;
  entries: Map<string, Entry>;
  crowd: Crowd | undefined;
  regions: Map<string, { processed: string; set: IdSet }>;
  turn: Promise<unknown>;
}

const memories = new WeakMap<object, Memory>();

/**
 * The gate as a set: everybody who may be used, by canonical id; the same answers as `mayUse` one by one, which a test
 * holds it to. The first question of a kind reads all statements; later ones read what changed since. Fails closed: a
 * question that may not be asked gives nobody.
 */
export async function allowedSet(ctx: Ctx, use: GateUse): Promise<IdSet> {
  const asOf = use.asOf;
  const now = (asOf ?? ctx.clock.now()).getTime();
  const standing = await stand(ctx.sql);
  if (standing.blocked) return IdSet.EMPTY;
  const settings = asOf ? await loadSettings(ctx.sql, asOf) : await settingsOf(ctx, standing.version);
  const question = questionOf(settings, use, now);
  if (typeof question === "string") return IdSet.EMPTY;
  // What a transaction sees may be rolled back, and the past does not change: neither is remembered.
  if (asOf || ctx.inTx) return setFor(ctx.sql, question, asOf);
  return remembered(ctx, question, standing);
}

/** The set of any question, draft terms among them, read as a whole. */
export async function setFor(sql: AnySql, question: Question, asOf?: Date): Promise<IdSet> {
  const [all, said] = await Promise.all([everybody(sql), bySaid(sql, question, asOf)]);
  return limit(sql, question, needsGrant(question) ? all.and(said) : all.andNot(said), undefined, asOf);
}

/** For the matrix and previews: the question of a use under given settings, or nobody's set. */
export async function countAllowed(ctx: Ctx, settings: ConsentSettings, use: GateUse): Promise<number> {
  const question = questionOf(settings, use, ctx.clock.now().getTime());
  return typeof question === "string" ? 0 : (await setFor(ctx.sql, question)).size;
}

interface Standing {
  version: number;
  blocked: boolean;
  xmin: string;
  processed: string;
}

async function stand(sql: AnySql): Promise<Standing> {
  const [row] = await sql<Standing[]>`
    select c.version, coalesce((p.xid, p.inbox_id) < (c.blocked_xid::xid8, c.blocked_inbox_id), false) as blocked,
      pg_snapshot_xmin(pg_current_snapshot())::text as xmin, concat_ws('/', p.processed, p.epoch, p.inbox_id) as processed
    from consent_config c, processing_cursors p where c.name = 'main' and p.name = 'main'`;
  if (!row) throw new DomainError("INTERNAL", "The consent settings of this install are missing. Run the migrations.");
  return row;
}

/** Some statement can change the answer. */
const canBeStopped = (question: Question): boolean => canBeRefused(question) || canBeRestricted(question);

/** Who may, or who may not, by statements alone. */
async function bySaid(sql: AnySql, question: Question, asOf?: Date): Promise<IdSet> {
  if (!canBeStopped(question)) return IdSet.EMPTY;
  const { yes, no, mixed } = await statementSets(sql, question, asOf);
  const base = needsGrant(question) ? yes : no;
  if (mixed.isEmpty) return base;
  const { hits } = await judge(sql, question, [...mixed], asOf);
  return base.or(IdSet.of(hits));
}

/** Those of these people who belong into the set of `bySaid`, and who they all are by canonical id. */
async function judge(sql: AnySql, question: Question, ids: readonly number[], asOf?: Date): Promise<{ hits: number[]; people: number[] }> {
  const hits: number[] = [];
  const people: number[] = [];
  const bare: Question = { ...question, terms: { ...question.terms, regions: [] } };
  const wanted = needsGrant(question);
  for (let i = 0; i < ids.length; i += PART) {
    const loaded = await loadConsent(sql, ids.slice(i, i + PART), { asOf });
    for (const person of loaded.people.values()) {
      people.push(person.id);
      const free: PersonConsent = { ...person, suppressed: null };
      if (decide(bare, free).allowed === wanted) hits.push(person.id);
    }
  }
  return { hits, people };
}

/** Takes out other countries and suppressed addresses. */
async function limit(
  sql: AnySql,
  question: Question,
  set: IdSet,
  memory: { of: Memory; processed: string } | undefined,
  asOf?: Date,
): Promise<IdSet> {
  const { regions } = question.terms;
  const [there, stopped] = await Promise.all([
    regions.length === 0 ? null : regionSet(sql, regions, memory),
    suppressedPeople(sql, question, canBeRefused(question), asOf),
  ]);
  return (there ? set.and(there) : set).andNot(stopped);
}

async function regionSet(sql: AnySql, regions: readonly string[], memory: { of: Memory; processed: string } | undefined): Promise<IdSet> {
  const key = [...regions].sort().join();
  const known = memory?.of.regions.get(key);
  if (known && known.processed === memory?.processed) return known.set;
  const set = await peopleIn(sql, regions);
  memory?.of.regions.set(key, { processed: memory.processed, set });
  return set;
}

async function remembered(ctx: Ctx, question: Question, standing: Standing): Promise<IdSet> {
  let memory = memories.get(ctx.root);
  if (!memory || memory.version !== standing.version) {
    memory = { version: standing.version, entries: new Map(), crowd: undefined, regions: new Map(), turn: Promise.resolve() };
    memories.set(ctx.root, memory);
  }
  const mine = memory;
  // One at a time: two that bring the same set up to date would do the work twice.
  const turn = mine.turn.then(async () => {
    const all = await crowdOf(ctx.sql, mine, standing);
    const said = await entryOf(ctx.sql, mine, question, standing);
    return { all, said };
  });
  mine.turn = turn.catch(() => {});
  const { all, said } = await turn;
  const set = needsGrant(question) ? all.and(said) : all.andNot(said);
  return limit(ctx.sql, question, set, { of: mine, processed: standing.processed });
}

/** Everybody, brought up to date: who is new, and who was merged or un-merged since. */
async function crowdOf(sql: AnySql, memory: Memory, standing: Standing): Promise<IdSet> {
  const known = memory.crowd;
  if (!known || known.readAt < Date.now() - KEPT_MS) {
    const [top] = await sql<{ last: number | null }[]>`select max(id) as last from profiles`;
    memory.crowd = { readAt: Date.now(), xmin: standing.xmin, last: top?.last ?? 0, set: await everybody(sql) };
    return memory.crowd.set;
  }
  const rows = await sql<{ id: number; canonical: boolean | null }[]>`
    select x.id, p.merged_into is null as canonical from (
      select profile_id as id from consent_changes where xid >= ${known.xmin}::xid8
      union select id from profiles where id > ${known.last}) x left join profiles p on p.id = x.id`;
  const there: number[] = [];
  const gone: number[] = [];
  let { last } = known;
  for (const { id, canonical } of rows) {
    if (id > last) last = id;
    (canonical ? there : gone).push(id);
  }
  const set = rows.length === 0 ? known.set : known.set.or(IdSet.of(there)).andNot(IdSet.of(gone));
  memory.crowd = { readAt: Date.now(), xmin: standing.xmin, last, set };
  return set;
}

async function entryOf(sql: AnySql, memory: Memory, question: Question, standing: Standing): Promise<IdSet> {
  if (!canBeStopped(question)) return IdSet.EMPTY;
  const { now } = question;
  const key = keyOf(question);
  const mine = memory.entries.get(key);
  const known = mine && mine.readAt > Date.now() - KEPT_MS ? mine : await loadSet(sql, key);
  const entry = known && known.at <= now ? await caughtUp(sql, known, question, standing) : undefined;
  const fresh: Entry = { ...(entry ?? { xmin: standing.xmin, at: now, set: await bySaid(sql, question) }), readAt: Date.now() };
  // Used last: to the end of the order in which entries go.
  memory.entries.delete(key);
  memory.entries.set(key, fresh);
  const [oldest] = memory.entries.keys();
  if (memory.entries.size > ENTRIES && oldest !== undefined) memory.entries.delete(oldest);
  return fresh.set;
}

/** Two questions with this in common are answered by the same set. A published version's terms never change. */
function keyOf({ purposeId, version, channel, rule, vendor }: Question): string {
  return canonicalJson({ purposeId, version, channel, rule, vendor });
}

/**
 * Brings the sets of all questions that the policy can ask up to date and keeps them for processes that start later: one
 * reads a set and its changes instead of every statement. @returns sets that were kept
 */
export async function keepConsentSets(
  database: Database,
  olderThanMs: number,
  { signal, clock }: { signal?: AbortSignal; clock?: Clock } = {},
): Promise<number> {
  const ctx = createContext({ kind: "job", id: "consent-sets" }, database, clock);
  const settings = await settingsOf(ctx, (await stand(ctx.sql)).version);
  const asked = new Set<string>();
  let kept = 0;
  for (const purpose of settings.purposes.values())
    for (const destination of [undefined, ...settings.uses.keys()])
      for (const channel of [undefined, ...purpose.terms.channels]) {
        if (signal?.aborted) return kept;
        const use: GateUse = { purpose: purpose.id, channel, destination };
        const question = questionOf(settings, use, ctx.clock.now().getTime());
        if (typeof question === "string" || !canBeStopped(question)) continue;
        const key = keyOf(question);
        if (asked.has(key) || asked.size >= ENTRIES) continue;
        asked.add(key);
        await allowedSet(ctx, use);
        const memory = memories.get(ctx.root);
        const entry = memory?.entries.get(key);
        if (!memory || !entry) continue;
        const [row] = await ctx.sql<{ fresh: boolean }[]>`
          select saved_at > now() - ${olderThanMs} * interval '1 millisecond' as fresh from consent_sets where key = ${key}`;
        if (!row?.fresh && (await saveSet(ctx.sql, key, entry, memory.version))) kept += 1;
      }
  return kept;
}

/** The entry with what changed since: statements, merges, and what time alone moved. */
async function caughtUp(sql: AnySql, entry: KeptSet, question: Question, standing: Standing): Promise<KeptSet | undefined> {
  const { terms, now, purposeId } = question;
  const [from, to] = [new Date(entry.at), new Date(now)];
  const byTerms =
    terms.validDays === null
      ? sql``
      : sql`union select profile_id from consent_current where key = any(${keysOf(purposeId, terms)}::text[])
          and at > ${new Date(entry.at - terms.validDays * 86_400_000)} and at <= ${new Date(now - terms.validDays * 86_400_000)}`;
  const rows = await sql<{ id: number }[]>`
    select x.id from (
      select profile_id as id from consent_changes where xid >= ${entry.xmin}::xid8
      union select profile_id from consent_current where expires_at > ${from} and expires_at <= ${to} ${byTerms}) x limit ${MANY + 1}`;
  if (rows.length > MANY) return undefined;
  if (rows.length === 0) return { set: entry.set, xmin: standing.xmin, at: now };
  const ids = rows.map(({ id }) => id);
  const { hits, people } = await judge(sql, question, ids);
  const set = entry.set.andNot(IdSet.of([...ids, ...people])).or(IdSet.of(hits));
  return { xmin: standing.xmin, at: now, set };
}

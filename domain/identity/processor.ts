import postgres from "postgres";
import type { AnySql, Database, TxSql } from "@/db/client";
import type { InboxMessage } from "@/domain/events/model";
import { ConsentReader } from "@/domain/consent";
import { ensureEventPartitions } from "@/domain/events";
import { Batch } from "./batch";
import type { Incoming } from "./batch-rows";
import type { CompiledRules } from "./compile-rules";
import { CopyRefused } from "./copy-in";
import { lockCursor, operationsAfter, rulesAt, type Cursor, type PlacedOperation } from "./cursor";
import { loadPeople, type Loaded } from "./load-people";
import { identifiersOf } from "./message-identifiers";
import { repeatOperation } from "./operations";
import { cut } from "./normalise";
import { Pace } from "./pace";
import type { Person } from "./person";
import { IdentityState, keyOf, pairOf } from "./state";
import { emptySuppressed, erasedFragments, Suppressions, takeSuppressed, type Gap, type Suppressed } from "./suppression";
import { planBatch, runPlan, type WritePlan } from "./write-batch";
import type { Write } from "./write-changes";
import { Dictionaries } from "./write-facts";

export interface ProcessOptions {
  /** Most messages in one transaction. */
  limit?: number;
  /** Identity alone: no events, traits or counts (the dry run of rules). */
  identityOnly?: boolean;
  /** Stop here: nothing behind this place of the inbox is read. */
  until?: { xid: string; id: number };
  /** Tests: called before the commit; a throw rolls the batch back. */
  beforeCommit?: () => void | Promise<void>;
}

export interface Processed {
  /** Messages whose effects were committed by this call. */
  processed: number;
  /** Nothing more was waiting when the batch was read. */
  caughtUp: boolean;
}

const LIMIT = 4_000;
/**
 * The next batch is worked out ahead only while this many wait. Near the head of the stream it would be taken before
 * the messages that arrive meanwhile, and these would wait for two batches instead of one.
 */
const WORK_AHEAD = 1_500;
/** Text of one batch, in bytes: a batch of very large messages is cut shorter. */
const BYTES = 24 * 1024 * 1024;
const SAMPLE = 32 * 1024;
/** People a worker remembers between batches: some 100 MB. */
const PEOPLE_KEPT = 40_000;

interface InboxRow {
  xid: string;
  id: number;
  sourceId: string;
  receivedAt: number;
  body: string;
}

interface Fetched {
  rows: InboxRow[];
  full: boolean;
}

/** Where this worker's memory is true: the cursor as its own last batch leaves it. */
interface Standing extends Cursor {
  knowledge: Knowledge;
}

/** A batch that is worked out in memory and waits to be written. */
interface Prepared {
  /** The cursor must stand exactly here. */
  before: Cursor;
  rows: InboxRow[];
  full: boolean;
  plan: WritePlan;
  /** Rows that are no message. */
  broken: InboxRow[];
  /** Messages that name a suppressed identifier: their rows are emptied. */
  suppressed: Suppressed<InboxRow>[];
  nextProfileId: number;
  /** Changes made by hand that are repeated after this batch (while history is replayed). */
  operations: PlacedOperation[];
  /** What the data of some message of it made the database say. */
  poison?: unknown;
}

type Parsed = Incoming | Gap | null;
const isMessage = (parsed: Parsed): parsed is Incoming => parsed !== null && !("gap" in parsed);

/** Nothing to work out: nothing waits, or another worker is at it. */
type Waiting = "nothing" | "busy";

/** What holds during one epoch: the rules, the pairs to keep apart, changes still to be repeated. */
interface Knowledge {
  rules: CompiledRules;
  neverMerge: Set<string>;
  suppressions: Suppressions;
  operations: PlacedOperation[];
  /** Inbox rows that failed once and were replayed since: another row stands for their message. */
  settled: Set<number>;
}

/**
 * What PostgreSQL says of data that it cannot hold: text or number it cannot read, NUL, encoding, out of range, a time,
 * JSON, a row or index entry too large, nested too deep.
 */
const DATA_ERRORS = new Set(["22P02", "22P05", "22021", "22003", "22007", "22008", "22032", "54000", "54001"]);

/**
 * Whether one message's data are at fault. Anything else (a unique key violated, a missing partition, a mistake in this
 * code) says nothing against the messages: it stops processing with an alarm, and nobody's data are set aside for it.
 */
const isDataError = (error: unknown): error is postgres.PostgresError =>
  error instanceof postgres.PostgresError && DATA_ERRORS.has(error.code);

/**
 * Takes the inbox apart in order. Any number of these may run: a batch locks the cursor row and checks that it still
 * stands where the batch begins, and everything that it derives commits with the cursor's move. While one batch is
 * written, the next is worked out in memory, on the assumption that the first will commit; when it does not, all that
 * is remembered is dropped.
 */
export class Processor {
  private next: Promise<Prepared | Waiting> | undefined;
  private turn: Promise<unknown> = Promise.resolve();
  private standing: Standing | undefined;
  /** People met lately. */
  private memory: Loaded = emptyMemory();
  private readonly dictionaries = new Dictionaries();
  private readonly consents = new ConsentReader();
  private batches = 0;
  private countries: { at: number; of: Map<string, string | null> } | undefined;

  constructor(
    private readonly database: Database,
    private readonly options: ProcessOptions = {},
  ) {}

  /** Calls that overlap take turns. */
  processNext(): Promise<Processed> {
    const turn = this.turn.then(() => this.step());
    this.turn = turn.catch(() => {});
    return turn;
  }

  private async step(): Promise<Processed> {
    try {
      const prepared = await (this.next ?? this.prepareNext());
      this.next = undefined;
      if (typeof prepared === "string") return { processed: 0, caughtUp: prepared === "nothing" };
      const committing = this.commit(prepared);
      const backlog = prepared.rows.length >= Math.min(this.options.limit ?? LIMIT, WORK_AHEAD);
      if (prepared.full && backlog && prepared.operations.length === 0 && prepared.poison === undefined) {
        this.next = this.prepareNext();
        // Nobody may be waiting when it fails; whoever asks next gets the error.
        this.next.catch(() => {});
      }
      const processed = await committing;
      if (processed < prepared.rows.length || prepared.operations.length > 0) await this.forget();
      return { processed, caughtUp: !prepared.full && processed === prepared.rows.length };
    } catch (error) {
      await this.forget();
      throw error;
    }
  }

  /** Drops everything remembered: somebody else moved the cursor or changed identity, or a transaction failed. */
  private async forget(): Promise<void> {
    // What is being worked out stands on the same memory: let it end first.
    await this.next?.catch(() => {});
    this.next = undefined;
    this.standing = undefined;
    this.memory = emptyMemory();
    this.dictionaries.clear();
    this.consents.clear();
  }

  /** Reads and works out the batch after the one before. */
  private async prepareNext(): Promise<Prepared | Waiting> {
    const standing = await this.stand();
    if (!standing) return "busy";
    const { rows, full } = await this.fetch(standing);
    return rows.length === 0 ? "nothing" : this.prepare(standing, rows, full);
  }

  private async stand(): Promise<Standing | undefined> {
    if (this.standing) return this.standing;
    // Not waited for: a worker that holds it is working.
    const cursor = await lockCursor(this.database.sql, false);
    if (!cursor) return undefined;
    this.standing = { ...cursor, knowledge: await this.know(cursor) };
    return this.standing;
  }

  private async fetch(after: { xid: string; id: number }): Promise<Fetched> {
    const { limit = LIMIT, until } = this.options;
    const { sql } = this.database;
    const waiting = sql`
      from inbox where (xid, id) > (${after.xid}::xid8, ${after.id}) and xid < pg_snapshot_xmin(pg_current_snapshot())
        ${until === undefined ? sql`` : sql`and (xid, id) <= (${until.xid}::xid8, ${until.id})`}
      order by xid, id`;
    // One row for all costs both sides much less than a row each. The size of a text is known without reading it.
    const [all] = await sql`
      with sized as (
        select sum(bytes) over (order by xid, id rows unbounded preceding) as bytes, row_number() over (order by xid, id) as place
        from (select xid, id, octet_length(body) as bytes ${waiting} limit ${limit}) one)
      select string_agg(concat_ws(',', xid, id, (extract(epoch from received_at) * 1000)::int8, octet_length(body), source_id), E'\\n' order by xid, id),
        string_agg(body, '' order by xid, id)
      from (select xid, id, source_id, received_at, body ${waiting}
        limit (select count(*) from sized where bytes <= ${BYTES} or place = 1)) taken
      having count(*) > 0`.raw();
    const rows = all ? rowsOf(all as unknown as Buffer[]) : [];
    return { rows, full: rows.length >= Math.min(limit, 50) };
  }

  /** Works a batch out: people loaded, messages applied in memory, statements made. Memory then stands behind it. */
  private async prepare(standing: Standing, wanted: InboxRow[], full: boolean): Promise<Prepared> {
    const { knowledge, ...before } = standing;
    const stop = stopAt(wanted, knowledge.operations);
    const rows = wanted.slice(0, stop.count);
    const last = rows.at(-1) as InboxRow;
    const prepared = {
      before,
      rows,
      full: full || rows.length < wanted.length,
      broken: [] as InboxRow[],
      suppressed: [] as Suppressed<InboxRow>[],
      operations: stop.operations,
    };
    try {
      const countries = await this.sourceCountries();
      const pace = new Pace();
      const messages: Parsed[] = [];
      for (const row of rows) {
        if (pace.tired) await pace.rest();
        messages.push(knowledge.settled.has(row.id) ? null : parseRow(row, knowledge.rules, countries.get(row.sourceId) ?? null));
      }
      prepared.suppressed = takeSuppressed(rows, messages, knowledge.suppressions, knowledge.rules.rules);
      prepared.broken = rows.filter((row, index) => messages[index] === null && !knowledge.settled.has(row.id));
      const batch = await this.apply(before, knowledge, messages, pace);
      const said = batch.consents.length === 0 ? null : await this.readConsents(batch);
      const plan = await planBatch(batch, this.memory, knowledge.rules, this.options.identityOnly ? null : this.dictionaries, said, pace);
      batch.settle();
      const processed = before.processed + rows.length;
      this.standing = { knowledge, epoch: before.epoch, xid: last.xid, id: last.id, nextProfileId: batch.nextProfileId, processed };
      return { ...prepared, plan, nextProfileId: batch.nextProfileId };
    } catch (error) {
      if (!isDataError(error)) throw error;
      return { ...prepared, plan: { statements: [], copies: [] }, nextProfileId: before.nextProfileId, poison: error };
    }
  }

  private async apply(before: Cursor, { rules, neverMerge }: Knowledge, messages: Parsed[], pace: Pace): Promise<Batch> {
    const { state } = this.memory;
    state.neverMerge = neverMerge;
    const keys = new Map<string, { type: string; value: string }>();
    const want = (type: string, value: string): void => void keys.set(keyOf(type, value), { type, value });
    const months = new Map<string, Date>();
    for (const message of messages) {
      if (!isMessage(message)) continue;
      months.set(message.message.timestamp.slice(0, 7), new Date(message.at));
      for (const { type, value } of message.identity.identifiers) want(type, value);
      const { previous } = message.identity;
      if (previous === undefined) continue;
      for (const type of ["user_id", "anonymous_id", ...rules.rules.identifiers.map((rule) => rule.type)]) want(type, previous);
    }
    const identityOnly = this.options.identityOnly ?? false;
    if (!identityOnly) await ensureEventPartitions(this.database.sql, months.values());
    await loadPeople(this.database.sql, keys, this.memory);
    this.batches += 1;
    for (const key of keys.keys()) {
      const known = state.identifiers.get(key);
      if (known) state.person(known.fragment).used = this.batches;
    }
    this.forgetPeople();
    const batch = new Batch(this.memory, rules, before.nextProfileId, before.processed, identityOnly, this.batches);
    for (const message of messages) {
      if (pace.tired) await pace.rest();
      if (isMessage(message)) batch.apply(message);
      else batch.skip(message?.gap);
    }
    if (!identityOnly) await this.dictionaries.load(this.database.sql, batch);
    return batch;
  }

  /** What the batch says about consent and was not known yet, as text for the plan. */
  private async readConsents(batch: Batch): Promise<string | null> {
    await this.consents.begin(this.database.sql);
    for (const { id } of batch.newFragments) this.consents.isNew(id);
    for (const { fragment, row } of batch.consents)
      this.consents.read(row.message, {
        profileId: fragment,
        sourceId: row.sourceId,
        messageId: row.message.messageId,
        inboxId: row.id,
        at: row.at,
        receivedAt: row.receivedAt,
      });
    return this.consents.finish(this.database.sql);
  }

  /** Commits a batch; where a message of it cannot be stored, halves until it stands alone, and sets it aside with its reason. */
  private async commit(prepared: Prepared): Promise<number> {
    if (prepared.poison === undefined) {
      try {
        return await this.write(prepared, undefined);
      } catch (error) {
        // COPY does not say what it refused; a smaller batch goes in by INSERT, which does.
        if (!isDataError(error) && !(error instanceof CopyRefused && prepared.rows.length > 1)) throw error;
        prepared.poison = error;
      }
    }
    return this.isolate(prepared);
  }

  private async isolate(prepared: Prepared): Promise<number> {
    const { rows, poison } = prepared;
    if (rows.length === 1) {
      const n = await this.write(prepared, isDataError(poison) ? poison.code : "unknown");
      // In memory the message had its effects.
      await this.forget();
      return n;
    }
    const middle = Math.ceil(rows.length / 2);
    let done = 0;
    for (const half of [rows.slice(0, middle), rows.slice(middle)]) {
      await this.forget();
      const standing = await this.stand();
      const expected = done === 0 ? prepared.before : (rows[done - 1] as InboxRow);
      if (standing?.xid !== expected.xid || standing.id !== expected.id) return done;
      const n = await this.commit(await this.prepare(standing, half, false));
      done += n;
      if (n < half.length) return done;
    }
    // What was prepared meanwhile stood on memory that is gone.
    await this.forget();
    return done;
  }

  /** One transaction. Returns how many messages it committed: 0 when the cursor is elsewhere or held by another. */
  private async write(prepared: Prepared, rejectedFor: string | undefined): Promise<number> {
    const { before, rows, operations } = prepared;
    const last = rows.at(-1) as InboxRow;
    const out = await this.database.sql.begin(async (handle) => {
      const tx = handle as unknown as TxSql;
      // What this transaction writes can be made again from the inbox, and its cursor goes with it: a crash that loses
      // the last moments loses both. So the commit need not wait for the disk.
      const [cursor] = await Promise.all([lockCursor(tx, false), tx`set local synchronous_commit = off`]);
      if (!cursor || cursor.xid !== before.xid || cursor.id !== before.id || cursor.epoch !== before.epoch) return { processed: 0 };
      const processed = before.processed + rows.length;
      const nextProfileId = rejectedFor === undefined ? prepared.nextProfileId : before.nextProfileId;
      const move: Write = (to) => to`
        update processing_cursors set xid = ${last.xid}::xid8, inbox_id = ${last.id}, epoch = ${before.epoch + (operations.length > 0 ? 1 : 0)},
          next_profile_id = ${nextProfileId}, processed = ${processed}, updated_at = now() where name = 'main'`;
      if (rejectedFor !== undefined) {
        await reject(tx, rows, `PostgreSQL or the processing could not take it (${rejectedFor}).`);
        await move(tx);
      } else {
        if (prepared.suppressed.length > 0) await emptySuppressed(tx, prepared.suppressed);
        if (prepared.broken.length > 0) await reject(tx, prepared.broken, "The stored text is no message.");
        await runPlan(tx, { ...prepared.plan, statements: [...prepared.plan.statements, move] });
      }
      for (const operation of operations) await repeatOperation(tx, operation, processed);
      await this.options.beforeCommit?.();
      return { processed: rows.length };
    });
    return (out as { processed: number }).processed;
  }

  /** Default countries of sources, read again every five seconds. */
  private async sourceCountries(): Promise<Map<string, string | null>> {
    if (!this.countries || Date.now() - this.countries.at > 5_000) {
      const rows = await this.database.sql<
        { id: string; country: string | null }[]
      >`select id, settings->>'defaultCountry' as country from sources`;
      this.countries = { at: Date.now(), of: new Map(rows.map(({ id, country }) => [id, country])) };
    }
    return this.countries.of;
  }

  /**
   * Keeps memory bounded: people that the last batches did not need go first. Never those of the batch that may still be
   * on its way to the database.
   */
  private forgetPeople(): void {
    const { state, traits } = this.memory;
    if (state.people.size <= PEOPLE_KEPT) return;
    const wanted = Math.floor(PEOPLE_KEPT * 0.8);
    for (const age of [20, 6, 2]) {
      for (const person of state.people.values()) {
        if (state.people.size <= wanted) return;
        if (person.used > this.batches - age) continue;
        state.drop(person);
        for (const fragment of person.fragments) traits.delete(fragment);
      }
    }
  }

  private async know(cursor: Cursor): Promise<Knowledge> {
    const { sql } = this.database;
    const rules = await rulesAt(sql, cursor);
    const pairs = await sql<{ lowId: number; highId: number }[]>`select low_id as "lowId", high_id as "highId" from never_merge`;
    // By a range of the primary key; the stage is what decides.
    const settled = await sql<{ id: string }[]>`
      select id from rejected_messages where id >= 'rej_inbox' and id < 'rej_inboy' and stage = 'process' and status = 'replayed'`;
    return {
      rules,
      neverMerge: new Set(pairs.map(({ lowId, highId }) => pairOf(lowId, highId))),
      // A dry run empties nothing.
      suppressions: this.options.identityOnly ? Suppressions.empty : await Suppressions.load(sql),
      operations: await operationsAfter(sql, cursor),
      settled: new Set(settled.map(({ id }) => Number(id.slice("rej_inbox".length)))),
    };
  }
}

const emptyMemory = (): Loaded => ({ state: new IdentityState<Person>(), traits: new Map() });

/** Inbox rows out of a line of numbers and the text of each, all in one. */
function rowsOf([lines, bodies]: readonly Buffer[]): InboxRow[] {
  if (!lines || !bodies) throw new Error("the inbox was read without texts");
  let from = 0;
  return lines
    .toString()
    .split("\n")
    .map((line) => {
      const [xid, id, receivedAt, bytes, ...source] = line.split(",") as [string, string, string, string, ...string[]];
      const to = from + Number(bytes);
      const body = bodies.toString("utf8", from, to);
      from = to;
      return { xid, id: Number(id), sourceId: source.join(","), receivedAt: Number(receivedAt), body };
    });
}

/** While history is replayed: a batch ends where a recorded change took effect, and repeats it there. */
function stopAt(rows: InboxRow[], operations: PlacedOperation[]): { count: number; operations: PlacedOperation[] } {
  const first = operations[0];
  const index = first ? rows.findIndex(({ xid, id }) => xid === first.xid && id === first.inboxId) : -1;
  if (!first || index < 0) return { count: rows.length, operations: [] };
  return { count: index + 1, operations: operations.filter(({ xid, inboxId }) => xid === first.xid && inboxId === first.inboxId) };
}

function parseRow(row: InboxRow, rules: CompiledRules, country: string | null): Parsed {
  const gap = erasedFragments(row.body);
  if (gap !== undefined) return { gap };
  let message: InboxMessage | null;
  try {
    message = JSON.parse(row.body) as InboxMessage | null;
  } catch {
    return null;
  }
  if (typeof message?.messageId !== "string" || typeof message.type !== "string" || typeof message.context !== "object") return null;
  const at = Date.parse(message.timestamp);
  if (Number.isNaN(at)) return null;
  const { xid, id, sourceId, receivedAt, body } = row;
  // Not inside the try: a mistake of ours must not look like a bad message.
  return { xid, id, sourceId, receivedAt, at, message, body, identity: identifiersOf(message, rules, country) };
}

/** Sets messages aside with their reason; a replay of history finds them already there. */
async function reject(tx: AnySql, rows: InboxRow[], reason: string): Promise<void> {
  for (const row of rows) {
    const sample = cut(row.body, SAMPLE);
    const messageId = /"messageId":"([^"\\]{1,100})"/.exec(row.body)?.[1] ?? null;
    await tx`
      insert into rejected_messages (id, source_id, received_at, stage, code, message, message_id, sample, sample_cut)
      values (${`rej_inbox${row.id}`}, ${row.sourceId}, to_timestamp(${row.receivedAt} / 1000.0), 'process', 'unprocessable', ${reason}, ${messageId},
        ${sample}, ${sample.length < row.body.length})
      on conflict (id) do nothing`;
  }
}

const processors = new WeakMap<Database, Processor>();

/** Processes the next batch of the inbox, in order, exactly once in effect. Call it again until it has caught up. */
export async function processNext(database: Database, options?: ProcessOptions): Promise<Processed> {
  if (options) return new Processor(database, options).processNext();
  let processor = processors.get(database);
  if (!processor) processors.set(database, (processor = new Processor(database)));
  return processor.processNext();
}

import postgres from "postgres";
import type { AnySql, Database, TxSql } from "@/db/client";
import type { InboxMessage } from "@/domain/events/model";
import { ensureEventPartitions } from "@/domain/events";
import { Batch, type Incoming } from "./batch";
import type { CompiledRules } from "./compile-rules";
import { CopyRefused } from "./copy-in";
import { lockCursor, operationsAfter, readCursor, rulesAt, type Cursor, type PlacedOperation } from "./cursor";
import { loadPeople, type Loaded } from "./load-people";
import { identifiersOf } from "./message-identifiers";
import { repeatOperation } from "./operations";
import { cut } from "./normalise";
import type { Person } from "./person";
import { IdentityState, keyOf, pairOf } from "./state";
import { writeBatch } from "./write-batch";
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
  after: { xid: string; id: number };
  rows: InboxRow[];
  full: boolean;
  /** Made ahead while another batch was written, with these rules. */
  parsed?: { rules: CompiledRules; messages: (Incoming | null)[] };
}

/** What a worker knows at one epoch: the rules, the pairs to keep apart, changes still to be repeated. */
interface Knowledge {
  epoch: number;
  rules: CompiledRules;
  neverMerge: Set<string>;
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
 * stands where the batch was read, and everything that it derives commits with the cursor's move.
 */
export class Processor {
  private next: Promise<Fetched> | undefined;
  private knowledge: Knowledge | undefined;
  private readonly dictionaries = new Dictionaries();
  /** Where this worker's memory is true: the cursor after its own last commit. */
  private standing: { xid: string; id: number; epoch: number } | undefined;
  /** People met lately, true as long as `standing` is. */
  private memory: Loaded | undefined;
  private batches = 0;
  private countries: { at: number; of: Map<string, string | null> } | undefined;

  constructor(
    private readonly database: Database,
    private readonly options: ProcessOptions = {},
  ) {}

  async processNext(): Promise<Processed> {
    const fetched = await (this.next ?? this.fetch(await readCursor(this.database.sql)));
    this.next = undefined;
    if (fetched.rows.length === 0) return { processed: 0, caughtUp: true };
    try {
      const last = fetched.rows.at(-1) as InboxRow;
      if (fetched.full) this.prefetch(last);
      const processed = await this.commit(fetched, fetched.rows);
      if (processed < fetched.rows.length) this.forget();
      return { processed, caughtUp: !fetched.full && processed === fetched.rows.length };
    } catch (error) {
      this.forget();
      throw error;
    }
  }

  private prefetch(after: { xid: string; id: number }): void {
    this.next = this.fetch(after);
    // Nobody may be waiting when it fails; whoever asks next gets the error.
    this.next.catch(() => {});
  }

  /** Drops everything remembered: somebody else moved the cursor or changed identity, or a transaction failed. */
  private forget(): void {
    this.next = undefined;
    this.knowledge = undefined;
    this.dropMemory();
  }

  private dropMemory(): void {
    this.standing = undefined;
    this.memory = undefined;
    this.dictionaries.clear();
  }

  private async fetch(after: { xid: string; id: number }): Promise<Fetched> {
    const { limit = LIMIT, until } = this.options;
    // The last order is by place, not by xid: there `xid` is the text of the select list, and "1000" sorts before "999".
    const rows = await this.database.sql<(InboxRow & { n: number })[]>`
      select xid::text as xid, id, source_id as "sourceId", (extract(epoch from received_at) * 1000)::int8 as "receivedAt", body
      from (
        select *, sum(octet_length(body)) over (order by xid, id rows unbounded preceding) as bytes, row_number() over (order by xid, id) as place
        from (
          select xid, id, source_id, received_at, body from inbox
          where (xid, id) > (${after.xid}::xid8, ${after.id}) and xid < pg_snapshot_xmin(pg_current_snapshot())
            ${until === undefined ? this.database.sql`` : this.database.sql`and (xid, id) <= (${until.xid}::xid8, ${until.id})`}
          order by xid, id limit ${limit}
        ) waiting
      ) measured
      where bytes <= ${BYTES} or place = 1 order by place`;
    const fetched: Fetched = { after: { xid: after.xid, id: after.id }, rows, full: rows.length >= Math.min(limit, 50) };
    if (this.knowledge) await this.parse(fetched, this.knowledge.rules);
    return fetched;
  }

  /** Parses bodies and takes identifiers out; null for what is no message. */
  private async parse(fetched: Fetched, rules: CompiledRules): Promise<(Incoming | null)[]> {
    if (fetched.parsed?.rules.version === rules.version) return fetched.parsed.messages;
    const countries = this.countries?.of ?? (await this.sourceCountries());
    const messages = fetched.rows.map((row) => parseRow(row, rules, countries.get(row.sourceId) ?? null));
    fetched.parsed = { rules, messages };
    return messages;
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

  /** Commits rows; where one of them cannot be stored, halves until it stands alone, and sets it aside with its reason. */
  private async commit(fetched: Fetched, rows: InboxRow[]): Promise<number> {
    try {
      return await this.transaction(fetched, rows, undefined);
    } catch (error) {
      // COPY does not say what it refused; a smaller batch goes in by INSERT, which does.
      if (!isDataError(error) && !(error instanceof CopyRefused && rows.length > 1)) throw error;
      this.knowledge = undefined;
      this.dropMemory();
      if (isDataError(error) && rows.length === 1) return this.transaction(fetched, rows, error.code);
      const middle = Math.ceil(rows.length / 2);
      const first = await this.commit(fetched, rows.slice(0, middle));
      if (first < middle) return first;
      return first + (await this.commit(fetched, rows.slice(middle)));
    }
  }

  /** One transaction. Returns how many messages it committed: 0 when the cursor is elsewhere or held by another. */
  private async transaction(fetched: Fetched, wanted: InboxRow[], rejectedFor: string | undefined): Promise<number> {
    const start = fetched.rows.indexOf(wanted[0] as InboxRow);
    const before = start === 0 ? fetched.after : (fetched.rows[start - 1] as InboxRow);
    // Outside the transaction: it may hold the only connection.
    await this.sourceCountries();
    if (!this.options.identityOnly) await this.makePartitions(fetched, start, wanted.length);
    const out = await this.database.sql.begin(async (handle) => {
      const tx = handle as unknown as TxSql;
      const cursor = await lockCursor(tx, false);
      if (!cursor || cursor.xid !== before.xid || cursor.id !== before.id) return { processed: 0 };
      if (this.standing?.xid !== cursor.xid || this.standing.id !== cursor.id || this.standing.epoch !== cursor.epoch) {
        this.dropMemory();
      }
      // What this transaction writes can be made again from the inbox, and its cursor goes with it: a crash that loses
      // the last moments loses both. So the commit need not wait for the disk.
      await tx`set local synchronous_commit = off`;
      const knowledge = await this.know(tx, cursor);
      const messages = (await this.parse(fetched, knowledge.rules)).slice(start, start + wanted.length);
      const stop = this.stopAt(wanted, knowledge.operations);
      const rows = wanted.slice(0, stop.count);
      const taken = messages.slice(0, stop.count).map((message, index) => (knowledge.settled.has(rows[index]?.id ?? 0) ? null : message));
      let nextProfileId = cursor.nextProfileId;
      if (rejectedFor !== undefined) {
        await reject(tx, rows, `PostgreSQL or the processing could not take it (${rejectedFor}).`);
      } else {
        const broken = rows.filter((row, index) => taken[index] === null && !knowledge.settled.has(row.id));
        if (broken.length > 0) await reject(tx, broken, "The stored text is no message.");
        nextProfileId = await this.apply(tx, cursor, knowledge, taken);
      }
      const last = rows.at(-1) as InboxRow;
      const epoch = cursor.epoch + (stop.operations.length > 0 ? 1 : 0);
      await tx`
        update processing_cursors set xid = ${last.xid}::xid8, inbox_id = ${last.id}, epoch = ${epoch},
          next_profile_id = greatest(next_profile_id, ${nextProfileId}), processed = ${cursor.processed + rows.length}, updated_at = now()
        where name = 'main'`;
      for (const operation of stop.operations) await repeatOperation(tx, operation, cursor.processed + rows.length);
      await this.options.beforeCommit?.();
      // A repeated change rewrote people in the database: what is remembered of them is old.
      if (stop.operations.length > 0) this.dropMemory();
      return { processed: rows.length, standing: { xid: last.xid, id: last.id, epoch: cursor.epoch } };
    });
    const { processed, standing } = out as { processed: number; standing?: { xid: string; id: number; epoch: number } };
    this.standing = standing;
    return processed;
  }

  private async apply(tx: TxSql, cursor: Cursor, knowledge: Knowledge, messages: (Incoming | null)[]): Promise<number> {
    const { rules } = knowledge;
    const identityOnly = this.options.identityOnly ?? false;
    const loaded = (this.memory ??= { state: new IdentityState<Person>(), traits: new Map() });
    loaded.state.neverMerge = knowledge.neverMerge;
    const keys = new Map<string, { type: string; value: string }>();
    const want = (type: string, value: string): void => void keys.set(keyOf(type, value), { type, value });
    for (const message of messages) {
      if (!message) continue;
      for (const { type, value } of message.identity.identifiers) want(type, value);
      const { previous } = message.identity;
      if (previous === undefined) continue;
      for (const type of ["user_id", "anonymous_id", ...rules.rules.identifiers.map((rule) => rule.type)]) want(type, previous);
    }
    await loadPeople(tx, keys, loaded);
    this.batches += 1;
    for (const key of keys.keys()) {
      const known = loaded.state.identifiers.get(key);
      if (known) loaded.state.person(known.fragment).used = this.batches;
    }
    const batch = new Batch(loaded, rules, cursor.nextProfileId, cursor.processed, identityOnly);
    for (const message of messages) {
      if (message) batch.apply(message);
      else batch.skip();
    }
    await writeBatch(tx, batch, loaded, rules, this.dictionaries, identityOnly);
    // When the commit fails, everything remembered is dropped.
    batch.settle();
    this.forgetPeople(loaded);
    return batch.nextProfileId;
  }

  /** Keeps memory bounded: people that the last batches did not need go first. */
  private forgetPeople({ state, traits }: Loaded): void {
    if (state.people.size <= PEOPLE_KEPT) return;
    const wanted = Math.floor(PEOPLE_KEPT * 0.8);
    for (const age of [20, 5, 1]) {
      for (const person of state.people.values()) {
        if (state.people.size <= wanted) return;
        if (person.used > this.batches - age) continue;
        state.drop(person);
        for (const fragment of person.fragments) traits.delete(fragment);
      }
    }
  }

  private async know(tx: TxSql, cursor: Cursor): Promise<Knowledge> {
    if (this.knowledge?.epoch === cursor.epoch) return this.knowledge;
    const [rules, pairs, operations, settled] = await Promise.all([
      rulesAt(tx, cursor),
      tx<{ lowId: number; highId: number }[]>`select low_id as "lowId", high_id as "highId" from never_merge`,
      operationsAfter(tx, cursor),
      // By a range of the primary key; the stage is what decides.
      tx<{ id: string }[]>`
        select id from rejected_messages where id >= 'rej_inbox' and id < 'rej_inboy' and stage = 'process' and status = 'replayed'`,
    ]);
    // The same rules keep their compiled form (and what was parsed with it).
    const same = this.knowledge?.rules.version === rules.version ? this.knowledge.rules : rules;
    this.knowledge = {
      epoch: cursor.epoch,
      rules: same,
      neverMerge: new Set(pairs.map(({ lowId, highId }) => pairOf(lowId, highId))),
      operations,
      settled: new Set(settled.map(({ id }) => Number(id.slice("rej_inbox".length)))),
    };
    return this.knowledge;
  }

  /** While history is replayed: a batch ends where a recorded change took effect, and repeats it there. */
  private stopAt(rows: InboxRow[], operations: PlacedOperation[]): { count: number; operations: PlacedOperation[] } {
    const first = operations[0];
    if (!first) return { count: rows.length, operations: [] };
    const index = rows.findIndex(({ xid, id }) => xid === first.xid && id === first.inboxId);
    if (index < 0) return { count: rows.length, operations: [] };
    return { count: index + 1, operations: operations.filter(({ xid, inboxId }) => xid === first.xid && inboxId === first.inboxId) };
  }

  private async makePartitions(fetched: Fetched, start: number, count: number): Promise<void> {
    if (!this.knowledge) {
      const cursor = await readCursor(this.database.sql);
      await this.parse(fetched, await rulesAt(this.database.sql, cursor));
    }
    const messages = fetched.parsed?.messages.slice(start, start + count) ?? [];
    const months = new Map<string, Date>();
    for (const message of messages) if (message) months.set(message.message.timestamp.slice(0, 7), new Date(message.at));
    await ensureEventPartitions(this.database.sql, months.values());
  }
}

function parseRow(row: InboxRow, rules: CompiledRules, country: string | null): Incoming | null {
  let message: InboxMessage | null;
  try {
    message = JSON.parse(row.body) as InboxMessage | null;
  } catch {
    return null;
  }
  if (typeof message?.messageId !== "string" || typeof message.type !== "string" || typeof message.context !== "object") return null;
  const at = Date.parse(message.timestamp);
  if (Number.isNaN(at)) return null;
  const { xid, id, sourceId, receivedAt } = row;
  // Not inside the try: a mistake of ours must not look like a bad message.
  return { xid, id, sourceId, receivedAt, at, message, identity: identifiersOf(message, rules, country) };
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

import type { AnySql } from "@/db/client";
import { carriesConsent, statementsOf, type ConsentMessage, type NewStatement } from "./statements";
import { packStatements, type StatementRow } from "./write-statements";

/** Where a message stands in processing. Times in milliseconds. */
export interface MessagePlace {
  profileId: number;
  sourceId: string;
  messageId: string;
  inboxId: number;
  at: number;
  receivedAt: number;
}

interface Known {
  at: number;
  state: string;
  fingerprint: string;
}

/** Fragments whose newest signals a worker remembers. */
const KEPT = 50_000;

/**
 * Takes statements out of messages for processing. Most messages repeat what their browser said before: these cost a look
 * at memory. A worker keeps one; it is emptied whenever the worker's other memory is.
 */
export class ConsentReader {
  private rows: StatementRow[] = [];
  /** Newest signal of each fragment, key and channel. */
  private readonly fragments = new Map<number, { used: number; said: Map<string, Known> }>();
  private readonly fresh = new Set<number>();
  private batches = 0;
  private categories: { at: number; of: string[][] } = { at: 0, of: [] };

  clear(): void {
    this.rows = [];
    this.fragments.clear();
    this.fresh.clear();
  }

  /** A batch begins. Categories that purposes go by are read again every five seconds. */
  async begin(sql: AnySql): Promise<void> {
    this.batches += 1;
    this.rows = [];
    this.fresh.clear();
    if (Date.now() - this.categories.at < 5_000) return;
    const rows = await sql<{ keys: string[] }[]>`
      select v.categories || p.id as keys from consent_purposes p join consent_purpose_versions v on v.purpose_id = p.id and v.version = p.version
      where p.status = 'published' and v.legal_basis = 'consent' and exists (select 1 from unnest(v.categories) c where c not like 'subscription:%') order by p.position, p.id`;
    this.categories = { at: Date.now(), of: rows.map(({ keys }) => keys) };
  }

  /** A fragment that this batch makes: nothing of it can be stored yet. */
  isNew(fragment: number): void {
    this.fresh.add(fragment);
  }

  read(message: ConsentMessage, place: MessagePlace): void {
    if (!carriesConsent(message)) return;
    const { at, receivedAt, sourceId } = place;
    const made = statementsOf(message, { at, receivedAt, sourceId, categories: this.categories.of });
    const last = new Map<string, NewStatement>();
    for (const statement of made) {
      const key = `${statement.key}\0${statement.channel}\0${statement.stream}`;
      const other = last.get(key);
      // Said twice in one message: the stricter.
      if (!other || statement.state !== "granted") last.set(key, statement);
    }
    const { profileId, messageId, inboxId } = place;
    for (const statement of last.values())
      this.rows.push({ ...statement, profileId, sourceId, messageId, recordedAt: receivedAt, inboxId });
  }

  /** What is new of the batch, ready for `writeStatements`; null: nothing. */
  async finish(sql: AnySql): Promise<string | null> {
    if (this.rows.length === 0) return null;
    await this.recall(sql);
    const kept = this.rows.filter((row) => this.isNews(row));
    this.rows = [];
    return kept.length === 0 ? null : packStatements(kept);
  }

  private isNews(row: StatementRow): boolean {
    if (row.stream === "explicit") return true;
    const said = this.fragments.get(row.profileId)?.said;
    const key = `${row.key}\0${row.channel}`;
    const known = said?.get(key);
    if (known && known.at <= row.at && known.state === row.state && known.fingerprint === row.fingerprint) return false;
    // A late one is left to the database, which knows what was said at its time.
    if (!known || known.at <= row.at) said?.set(key, { at: row.at, state: row.state, fingerprint: row.fingerprint });
    return true;
  }

  /** Reads what the batch's fragments said last, where it is not remembered. */
  private async recall(sql: AnySql): Promise<void> {
    if (this.fragments.size > KEPT)
      // Never those of the batch that may still be on its way to the database.
      for (const [id, { used }] of this.fragments) if (used < this.batches - 2) this.fragments.delete(id);
    const wanted: number[] = [];
    for (const { profileId } of this.rows) {
      const known = this.fragments.get(profileId);
      if (known) {
        known.used = this.batches;
        continue;
      }
      this.fragments.set(profileId, { used: this.batches, said: new Map() });
      if (!this.fresh.has(profileId)) wanted.push(profileId);
    }
    if (wanted.length === 0) return;
    const rows = await sql<{ id: number; key: string; channel: string; state: string; fingerprint: string; at: number }[]>`
      select profile_id as id, key, channel, state, fingerprint, (extract(epoch from at) * 1000)::int8 as at from consent_current
      where profile_id = any(${`{${wanted.join(",")}}`}::text::int[]) and stream = 'signal'`;
    for (const { id, key, channel, ...known } of rows) this.fragments.get(id)?.said.set(`${key}\0${channel}`, known);
  }
}

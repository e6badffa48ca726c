import type { AnySql, Database } from "@/db/client";
import { messageKey } from "@/domain/events";
import { identifiersOf, readCursor, rulesAt, type MessageIdentity } from "@/domain/identity";
import { REFUND_EVENT, type InboxMessage } from "@/domain/events/model";
import { RejectCounts } from "./counts";
import { digest, fingerprint, FingerprintTable } from "./fingerprints";
import { judgeOutputs } from "./judge-outputs";
import { MappedFile } from "./map-file";
import { IMPORT_LIMITS, type ImportPreview } from "./model";
import { json, readImport } from "./rows";
import { ImportStopped, type RunOptions } from "./run-import";

/**
 * Dry run: reads the file as the run would, and looks up (never writes) what is known of its people and messages.
 * Rows, rejected rows, messages and repeats are exact; people are as exact as the identity rules let one say beforehand.
 * Very large files are judged by their first rows.
 * @returns the outcome, or null when it was stopped by the signal
 */
export async function checkImport(
  database: Database,
  id: string,
  options: RunOptions & { maxRows?: number },
): Promise<ImportPreview | null> {
  const { sql } = database;
  const row = await readImport(sql, id);
  const { mapping, detected } = row;
  if (!mapping || !detected) throw new Error("The import has no mapping");
  const file = new MappedFile({ path: options.path, format: detected.format, mapping, defaultTime: row.createdAt });
  const people = await PeopleCount.start(sql, row.sourceId);
  const rejects = new RejectCounts();
  const seen = new FingerprintTable();
  const receivedAt = new Date();
  const maxRows = options.maxRows ?? IMPORT_LIMITS.dryRunRows;
  let [rows, messages, alreadyImported, bytes] = [0, 0, 0, 0];
  let complete = true;
  const orders = { count: 0, refunds: 0, revenue: 0, refunded: 0 };
  for await (const batch of file.batches()) {
    if (options.signal?.aborted) return null;
    rows = batch.rows;
    bytes = batch.bytesRead;
    const judged = judgeOutputs(batch.outputs, receivedAt);
    for (const { problem } of judged.rejected) rejects.add(problem);
    messages += judged.accepted.length;
    const keys = judged.accepted.map(({ item }) => messageKey(row.sourceId, item.messageId));
    const known = new Set(
      (await sql<{ h: string }[]>`select replace(h::text, '-', '') as h from message_keys where h = any(${keys}::text[]::uuid[])`).map(
        ({ h }) => h,
      ),
    );
    const fresh: InboxMessage[] = [];
    judged.accepted.forEach(({ message }, index) => {
      const key = keys[index] ?? "";
      if (known.has(key) || seen.count(fingerprint(key)) > 0) {
        alreadyImported++;
        return;
      }
      fresh.push(message);
      countOrder(message, orders);
    });
    await people.add(fresh);
    await options.guard(sql);
    await sql`update imports set bytes_done = ${bytes}, rows_done = ${rows}, rows_rejected = ${rejects.total} where id = ${id}`;
    options.onProgress?.({ rows, bytes, result: {} as never });
    if (!batch.last && rows >= maxRows) {
      complete = false;
      break;
    }
  }
  const preview: ImportPreview = {
    complete,
    rows,
    messages,
    alreadyImported,
    people: people.counts(),
    ...(mapping.kind === "transactions" ? { orders: { ...orders, revenue: cents(orders.revenue), refunded: cents(orders.refunded) } } : {}),
    rejected: rejects.total,
    rejectedByCode: rejects.list(),
    warnings: file.warnings.list(),
    fileWarnings: file.fileWarnings,
    notes: [
      complete
        ? "Rows, rejected rows, messages and repeats are exact: the whole file was read."
        : `Only the first ${rows.toLocaleString("en")} rows were read; the file is larger. All numbers are about those rows.`,
      "New and updated people are exact as of this moment. Merges are estimated: limits and merge protection of the identity rules are applied when the rows are processed.",
    ],
  };
  const written = await sql`
    update imports set preview = ${json(preview)}::text::jsonb, status = 'checked', finished_at = null, error = null where id = ${id} and status = 'checking' returning id`;
  if (written.length === 0) throw new ImportStopped();
  return preview;
}

const cents = (amount: number): number => Math.round(amount * 100) / 100;

function countOrder(message: InboxMessage, orders: { count: number; refunds: number; revenue: number; refunded: number }): void {
  if (message.type !== "track" || message.properties?.["order_id"] === undefined) return;
  const total = Number(message.properties["total"] ?? 0);
  if (message.event === REFUND_EVENT) {
    orders.refunds++;
    orders.refunded += total;
  } else {
    orders.count++;
    orders.revenue += total;
  }
}

const agree = (a: number, b: number): boolean => a === 0 || b === 0 || a === b;

/**
 * Counts the people a file touches: identifiers that meet in a message belong together (union-find), people of the
 * database stand in it as nodes of their own.
 */
class PeopleCount {
  private parent = new Int32Array(1024);
  /** 1: a person of the database; 2: holds an identifier that makes a person known. */
  private flags = new Uint8Array(1024);
  /** Fingerprint of the person's user id; 0: none. */
  private users = new Float64Array(1024);
  private nodes = 0;
  private merges = 0;
  private readonly byIdentifier = new FingerprintTable();
  private readonly byProfile = new Map<number, number>();

  private constructor(
    private readonly sql: AnySql,
    private readonly identify: (message: InboxMessage) => MessageIdentity,
  ) {}

  static async start(sql: AnySql, sourceId: string): Promise<PeopleCount> {
    const rules = await rulesAt(sql, await readCursor(sql));
    const [source] = await sql<
      { country: string | null }[]
    >`select settings->>'defaultCountry' as country from sources where id = ${sourceId}`;
    return new PeopleCount(sql, (message) => identifiersOf(message, rules, source?.country ?? null));
  }

  async add(messages: InboxMessage[]): Promise<void> {
    const all = messages.map((message) => this.identify(message).identifiers);
    const known = await this.lookUp(all.flat());
    for (const identifiers of all) {
      const marks = identifiers.map(({ type, value }) => fingerprint(digest(type, value)));
      const userIndex = identifiers.findIndex(({ type }) => type === "user_id");
      const user = userIndex < 0 ? 0 : (marks[userIndex] ?? 0);
      let node: number | null = null;
      identifiers.forEach(({ type, value, merges }, index) => {
        const mark = marks[index] ?? 0;
        const profile = known.get(`${type}\u0000${value}`);
        const own = this.byIdentifier.get(mark) ?? (profile === undefined ? undefined : this.nodeOf(profile.id, profile.user));
        if (own === undefined) return;
        this.byIdentifier.set(mark, own);
        const root = this.find(own);
        if (!merges) return;
        // One person has one user id: a shared address does not join two customers.
        if (!agree(this.users[root] ?? 0, user) || (node !== null && !agree(this.users[root] ?? 0, this.users[node] ?? 0))) return;
        node = node === null ? root : this.join(node, root);
      });
      const person: number = node ?? this.newNode(0);
      if (user !== 0) this.users[person] = user;
      identifiers.forEach(({ type }, index) => {
        const mark = marks[index] ?? 0;
        if (this.byIdentifier.get(mark) === undefined) this.byIdentifier.set(mark, person);
        if (type === "user_id" || type === "email" || type === "phone") this.flags[person] = (this.flags[person] ?? 0) | 2;
      });
    }
  }

  counts(): ImportPreview["people"] {
    const out = { creates: 0, updates: 0, merges: this.merges, anonymous: 0 };
    for (let node = 0; node < this.nodes; node++) {
      if (this.parent[node] !== node) continue;
      const flags = this.flags[node] ?? 0;
      if (flags & 1) out.updates++;
      else if (flags & 2) out.creates++;
      else out.anonymous++;
    }
    return out;
  }

  private async lookUp(identifiers: { type: string; value: string }[]): Promise<Map<string, { id: number; user: number }>> {
    if (identifiers.length === 0) return new Map();
    const rows = await this.sql<{ type: string; value: string; id: number; user: string | null }[]>`
      select i.type, i.value, coalesce(a.canonical_id, i.profile_id) as id, u.value as user
      from unnest(${identifiers.map(({ type }) => type)}::text[], ${identifiers.map(({ value }) => value)}::text[]) as wanted(type, value)
      join identifiers i using (type, value)
      left join profile_aliases a on a.profile_id = i.profile_id
      left join lateral (
        select x.value from identifiers x
        where x.type = 'user_id' and x.profile_id in (
          select coalesce(a.canonical_id, i.profile_id) union all select b.profile_id from profile_aliases b where b.canonical_id = coalesce(a.canonical_id, i.profile_id))
        limit 1
      ) u on true`;
    return new Map(
      rows.map(({ type, value, id, user }) => [
        `${type}\u0000${value}`,
        { id, user: user === null ? 0 : fingerprint(digest("user_id", user)) },
      ]),
    );
  }

  private nodeOf(profile: number, user: number): number {
    let node = this.byProfile.get(profile);
    if (node === undefined) {
      node = this.newNode(1);
      this.users[node] = user;
      this.byProfile.set(profile, node);
    }
    return node;
  }

  private newNode(flags: number): number {
    if (this.nodes === this.parent.length) {
      const parent = new Int32Array(this.nodes * 2);
      parent.set(this.parent);
      this.parent = parent;
      const grown = new Uint8Array(this.nodes * 2);
      grown.set(this.flags);
      this.flags = grown;
      const users = new Float64Array(this.nodes * 2);
      users.set(this.users);
      this.users = users;
    }
    const node = this.nodes++;
    this.parent[node] = node;
    this.flags[node] = flags;
    return node;
  }

  private find(node: number): number {
    let root = node;
    while (this.parent[root] !== root) root = this.parent[root] ?? root;
    for (let at = node; at !== root;) {
      const next = this.parent[at] ?? root;
      this.parent[at] = root;
      at = next;
    }
    return root;
  }

  private join(a: number, b: number): number {
    const first = this.find(a);
    const second = this.find(b);
    if (first === second) return first;
    this.parent[second] = first;
    this.flags[first] = (this.flags[first] ?? 0) | (this.flags[second] ?? 0);
    if (!this.users[first]) this.users[first] = this.users[second] ?? 0;
    this.merges++;
    return first;
  }
}

import type { TxSql } from "@/db/client";
import { can, requirePermission } from "@/domain/access";
import { recordAudit } from "@/domain/audit";
import type { Json } from "@/domain/events/model";
import { DomainError, notFound, withTx, type Ctx } from "@/domain/kernel";
import { maskText } from "@/domain/profiles";
import { clusterOf, ints, type ErasureWork } from "./erase-people";
import { ERASURE_TABLES } from "./erasure-map";
import { Mentions } from "./mentions";
import type { AccessPackage, PackageRecord, PackageSection } from "./model";
import { lockRequest, noteActivity, type RequestRow } from "./request-rows";
import { readSubjectLink } from "./request-links";

/**
 * Tables that are keyed by person and not handed over as they are, each with the reason. Every other one is: a table that
 * somebody adds is part of the package from its first day.
 */
export const NOT_HANDED_OVER: Readonly<Record<string, string>> = {
  profile_search: "a copy of name and addresses",
  profile_aliases: "profile numbers, told under identity",
  profile_event_stats: "counts of the events that are listed",
  never_merge: "names other people's numbers",
  merges: "told under identity without what belongs to others",
  identity_notes: "told under identity without what belongs to others",
  segment_due: "when a rule looks again",
  computed_due: "when a computed value is looked at again",
};

/** Inferences and workings of the product: part of access, not of portability. */
const INFERRED = new Set(["segment_members", "segment_transitions", "computed_values", "list_members", "consent_current", "devices"]);

/** Columns that say how a row is stored, not what it says. */
const TECHNICAL = new Set(["profile_id", "generation", "tcf_bits", "updated_at", "merged_into", "event_id"]);

/**
 * Everything held about the person of a request: rows of every table that is keyed by person, what the product inferred,
 * samples of refused messages that name them. Values of other people inside are masked.
 */
async function buildPackage(tx: Ctx, row: RequestRow): Promise<AccessPackage> {
  const sql = tx.sql as TxSql;
  if (row.subject === null) throw notFound("The person of this request");
  const cluster = await clusterOf(sql, row.subject);
  const own = new Mentions(cluster.identifiers.filter((held) => held.own).flatMap(({ value, raw }) => [value, raw]));
  const inferred = row.kind === "access";
  const names = await namesOf(sql);
  const sections: PackageSection[] = [];
  for (const { name, rule } of ERASURE_TABLES) {
    if (!rule.fragments || name in NOT_HANDED_OVER || (!inferred && INFERRED.has(name))) continue;
    const records = await recordsOf(sql, name, rule.fragments, cluster.fragments);
    if (records.length === 0) continue;
    sections.push({ name, title: TITLES[name] ?? titleOf(name), records: records.map((record) => readable(record, names, own)) });
  }
  if (inferred) sections.push(...(await aroundOf(sql, cluster, own)));
  return {
    format: "tributary-access",
    version: 1,
    request: row.id,
    kind: row.kind,
    madeAt: tx.clock.now().toISOString(),
    sections: sections.toSorted((a, b) => orderOf(a.name) - orderOf(b.name)),
  };
}

const TITLES: Readonly<Record<string, string>> = {
  profiles: "Profile",
  identifiers: "Identifiers",
  profile_traits: "Traits, with where each came from",
  events: "Events",
  devices: "Devices",
  account_links: "Accounts you belong to",
  segment_members: "Segments you are in",
  segment_transitions: "Segments: when you entered and left",
  computed_values: "Values computed about you",
  list_members: "Lists you are on",
  consent_ledger: "What you agreed to and refused",
  consent_current: "Consent as it stands",
  identity: "How we recognised you",
  rejected: "Messages that could not be used",
  recipients: "Who received data about you",
  requests: "Your requests",
};

const ORDER = [
  "profiles",
  "identifiers",
  "profile_traits",
  "consent_current",
  "consent_ledger",
  "segment_members",
  "computed_values",
  "list_members",
  "recipients",
  "account_links",
  "devices",
  "events",
  "segment_transitions",
  "identity",
  "rejected",
  "requests",
];
const orderOf = (name: string): number => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
const titleOf = (table: string): string => table.replaceAll("_", " ").replace(/^./, (letter) => letter.toUpperCase());

async function recordsOf(sql: TxSql, table: string, columns: readonly string[], fragments: readonly number[]): Promise<PackageRecord[]> {
  const mine = ints(fragments);
  const [first, ...rest] = columns.map((column) => sql`${sql(column)} = any(${mine}::text::int[])`);
  if (!first) return [];
  const where = rest.reduce((all, one) => sql`${all} or ${one}`, first);
  const rows = await sql<{ record: PackageRecord }[]>`select to_jsonb(t) as record from ${sql(table)} t where ${where}`;
  return rows.map(({ record }) => record);
}

interface Names {
  sources: Map<string, string>;
  events: Map<number, string>;
  segments: Map<string, string>;
  traits: Map<string, string>;
  lists: Map<string, string>;
}

async function namesOf(sql: TxSql): Promise<Names> {
  const pairs = async <K>(table: string): Promise<Map<K, string>> => {
    const rows = await sql<{ id: K; name: string }[]>`select id, name from ${sql(table)}`;
    return new Map(rows.map(({ id, name }) => [id, name]));
  };
  const [sources, events, segments, traits, lists] = await Promise.all([
    pairs<string>("sources"),
    pairs<number>("event_types"),
    pairs<string>("segments"),
    pairs<string>("computed_traits"),
    pairs<string>("lists"),
  ]);
  return { sources, events, segments, traits, lists };
}

const idText = (value: unknown): string => (typeof value === "string" ? value : "");

/** Names instead of the product's own numbers; nothing of other people. */
function readable(record: PackageRecord, names: Names, own: Mentions): PackageRecord {
  const out: PackageRecord = {};
  for (const [key, value] of Object.entries(record)) {
    if (value === null || TECHNICAL.has(key)) continue;
    if (key === "source_id") out["source"] = names.sources.get(idText(value)) ?? value;
    else if (key === "event_type") out["event"] = names.events.get(Number(value)) ?? value;
    else if (key === "segment_id") out["segment"] = names.segments.get(idText(value)) ?? value;
    else if (key === "trait_id") out["trait"] = names.traits.get(idText(value)) ?? value;
    else if (key === "list_id") out["list"] = names.lists.get(idText(value)) ?? value;
    else out[key] = withoutOthers(value, own);
  }
  return out;
}

/** Addresses and numbers that are not the person's own are masked, wherever they stand. */
function withoutOthers(value: Json, own: Mentions): Json {
  if (typeof value === "string") return own.in(value) ? value : maskText(value);
  if (Array.isArray(value)) return value.map((item) => withoutOthers(item, own));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [own.in(key) ? key : maskText(key), withoutOthers(item, own)]));
}

/** What stands elsewhere: identity history, refused messages, requests. */
async function aroundOf(
  sql: TxSql,
  { fragments }: Pick<ErasureWork, "fragments" | "identifiers">,
  own: Mentions,
): Promise<PackageSection[]> {
  const mine = ints(fragments);
  const merges = await sql<{ record: PackageRecord }[]>`
    select jsonb_build_object('at', at, 'what', 'two profiles were found to be you', 'cause', cause, 'profiles', jsonb_build_array(survivor_id, loser_id)) as record
    from merges where survivor_fragment = any(${mine}::text::int[]) and loser_fragment = any(${mine}::text::int[]) and undone_at is null order by at`;
  const notes = await sql<{ record: PackageRecord }[]>`
    select jsonb_build_object('at', at, 'what', code, 'type', type, 'value', value, 'times', n) as record
    from identity_notes where profile_id = any(${mine}::text::int[]) order by at`;
  const rejected: PackageRecord[] = [];
  if (!own.none) {
    const samples = sql<{ at: Date; code: string; message: string; sample: string }[]>`
      select received_at as at, code, message, sample from rejected_messages where sample <> ''`.cursor(2_000);
    for await (const page of samples)
      for (const { at, code, message, sample } of page)
        if (own.in(sample)) rejected.push({ at: at.toISOString(), code, message, sample: withoutOthers(sample, own) });
  }
  const requests = await sql<{ record: PackageRecord }[]>`
    select jsonb_build_object('id', id, 'kind', kind, 'status', status, 'received', received_at, 'answered', completed_at) as record
    from dsr_requests where profile_id = any(${mine}::text::int[]) order by received_at`;
  const of = (name: string, records: PackageRecord[]): PackageSection[] =>
    records.length === 0 ? [] : [{ name, title: TITLES[name] ?? titleOf(name), records }];
  const noted = notes.map(({ record }) => withoutOthers(record, own) as PackageRecord);
  return [
    ...of("identity", [...merges.map(({ record }) => record), ...noted]),
    ...of("rejected", rejected),
    ...of(
      "requests",
      requests.map(({ record }) => record),
    ),
  ];
}

/** The package as the person opens it, by their link. The link itself is the permission; every opening is on record. */
export async function openPackageByLink(ctx: Ctx, token: string): Promise<AccessPackage | null> {
  return withTx(ctx, async (tx) => {
    const link = await readSubjectLink(tx, "download", token);
    if (!link) return null;
    return open(tx, link.requestId, "downloaded");
  });
}

/** The package as a member sees it before it goes out. */
export async function openPackage(ctx: Ctx, id: string): Promise<AccessPackage> {
  requirePermission(ctx, "requests:write");
  if (!can(ctx, "personal_data:see"))
    throw new DomainError(
      "FORBIDDEN",
      "The package is personal data. Ask an admin to let you see personal data, or send the person the link.",
    );
  return withTx(ctx, (tx) => open(tx, id, "opened"));
}

async function open(tx: Ctx, id: string, how: "downloaded" | "opened"): Promise<AccessPackage> {
  const row = await lockRequest(tx, id);
  if (row.status !== "completed" || (row.kind !== "access" && row.kind !== "portability"))
    throw new DomainError("PRECONDITION_FAILED", "This request has no package. Approve the access request first.");
  const made = await buildPackage(tx, row);
  const records = made.sections.reduce((sum, section) => sum + section.records.length, 0);
  await noteActivity(tx, id, how, { records });
  await recordAudit(tx, { action: `request.${how}`, object: { type: "request", id }, detail: { records, profileId: row.profileId } });
  return made;
}

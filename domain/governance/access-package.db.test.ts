import { beforeAll, expect, test } from "vitest";
import { processAll } from "@/domain/identity";
import { feed } from "@/domain/identity/test/feed";
import type { Actor } from "@/domain/kernel/context";
import { member, testDatabase } from "@/server/test/database";
import { NOT_HANDED_OVER } from "./access-package";
import { ERASURE_TABLES } from "./erasure-map";
import { approveRequest, createDownloadLink, createRequest, getRequest, openPackage, openPackageByLink, verifyByHand } from "./index";

const database = testDatabase();
const ctx = () => database.ctx(member("admin"));
const stranger = () => database.ctx({ kind: "webhook", id: "anonymous" });

/** Each stands once in the data about the person; `other` ones in the data about somebody else. */
const marker = (n: number): string => `qmarker${n}q`;
const other = (n: number): string => `xforeign${n}x`;

beforeAll(async () => {
  const { sql } = database;
  await sql`insert into sources (id, name, type) values ('src_test', 'Shop', 'website')`;
  await feed(sql, [
    {
      type: "identify",
      userId: marker(1),
      anonymousId: marker(2),
      traits: { email: `${marker(3)}@example.com`, name: marker(4), deep: { list: [marker(5)] } },
    },
    {
      type: "track",
      userId: marker(1),
      event: marker(6),
      properties: { p: marker(7), friend: "friend@example.org" },
      context: { page: { url: `https://x.test/${marker(8)}` } },
    },
    { type: "page", anonymousId: marker(9), context: { device: { id: marker(10), type: "ios" } } },
    { type: "alias", userId: marker(1), previousId: marker(9) },
    { type: "group", userId: marker(1), groupId: marker(11), traits: { name: "Acme" } },
    { type: "identify", userId: other(1), traits: { email: `${other(2)}@example.com`, name: other(3) } },
    { type: "track", userId: other(1), event: "Product Viewed", properties: { p: other(4) } },
    { type: "group", userId: other(1), groupId: marker(11), traits: { plan: other(5) } },
  ]);
  await processAll(database);
  await sql`insert into rejected_messages (id, source_id, stage, code, message, sample) values
    ('rej_1', 'src_test', 'collect', 'missing_event', 'no event', ${`{"userId":"${marker(1)}","why":"${marker(12)}"}`}),
    ('rej_2', 'src_test', 'collect', 'missing_event', 'no event', ${`{"userId":"${other(1)}"}`})`;
  const [{ id } = { id: 0 }] = await sql<
    { id: number }[]
  >`select coalesce(a.canonical_id, i.profile_id) as id from identifiers i left join profile_aliases a on a.profile_id = i.profile_id where i.value = ${marker(1)}`;
  await sql`insert into segments (id, key, name, kind, status, version) values ('seg_a', 'a', ${marker(13)}, 'static', 'live', 1)`;
  await sql`insert into segment_members (segment_id, profile_id, entered_at) values ('seg_a', ${id}, now())`;
});

async function request(kind: string): Promise<string> {
  const { id } = await createRequest(ctx(), { kind, regime: "gdpr", identifiers: [{ type: "email", value: `${marker(3)}@example.com` }] });
  await verifyByHand(ctx(), { id, how: "signed in" });
  await approveRequest(ctx(), { id });
  return id;
}

test("the package holds every marker that a scan of the whole database finds, and nothing of anybody else", async () => {
  const id = await request("access");
  const { path } = await createDownloadLink(ctx(), { id });
  const made = await openPackageByLink(stranger(), path.split("/").at(-1) as string);
  const text = JSON.stringify(made);

  const tables = await database.sql<{ name: string }[]>`
    select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition`;
  const held = new Set<string>();
  for (const { name } of tables) {
    const rows = await database.sql<{ text: string }[]>`select t::text as text from ${database.sql(name)} t where t::text like '%qmarker%'`;
    for (const row of rows) for (const [found] of row.text.matchAll(/qmarker\d+q/g)) held.add(found);
  }
  expect([...held].toSorted()).toEqual(Array.from({ length: 13 }, (_, i) => marker(i + 1)).toSorted());
  expect([...held].filter((found) => !text.includes(found))).toEqual([]);
  expect(text).not.toMatch(/xforeign|friend@example\.org/);
  expect(made?.sections.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["profiles", "identifiers", "profile_traits", "segment_members", "events", "identity", "rejected", "requests"]),
  );
  expect((await getRequest(ctx(), id)).activity.at(-1)).toMatchObject({ code: "downloaded", actor: "The person" });
});

test("portability leaves out what was inferred; links end; members need to see personal data", async () => {
  const id = await request("portability");
  const names = (await openPackage(ctx(), id)).sections.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(["events", "profile_traits"]));
  expect(names).not.toContain("segment_members");
  await expect(
    openPackage(database.ctx({ ...(member("admin") as Extract<Actor, { kind: "user" }>), seesPersonalData: false }), id),
  ).rejects.toThrow(/personal data/);
  const { path } = await createDownloadLink(ctx(), { id });
  await database.sql`update dsr_links set expires_at = now() - interval '1 second' where request_id = ${id}`;
  expect(await openPackageByLink(stranger(), path.split("/").at(-1) as string)).toBeNull();
  expect(await openPackageByLink(stranger(), "nonsense")).toBeNull();
});

test("tables left out of the package are tables, and keyed by person", () => {
  const keyed = ERASURE_TABLES.filter(({ rule }) => rule.fragments).map(({ name }) => name);
  expect(Object.keys(NOT_HANDED_OVER).filter((name) => !keyed.includes(name))).toEqual([]);
});

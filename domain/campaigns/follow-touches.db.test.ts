import { describe, expect, it } from "vitest";
import { processAll, rebuild } from "@/domain/identity";
import { feed } from "@/domain/identity/test/feed";
import type { TestMessage } from "@/domain/identity/test/feed";
import { seededRandom } from "@/domain/kernel";
import { testDatabase } from "@/server/test/database";
import { previewChannelRules, readChannelRules, updateChannelRules } from "./channel-rules";
import { DEFAULT_CHANNEL_RULES } from "./default-channels";
import { followTouches } from "./follow-touches";

const db = testDatabase();

async function follow(): Promise<number> {
  let touches = 0;
  for (;;) {
    const step = await followTouches(db);
    touches += step.touches;
    if (step.idle) return touches;
  }
}

/** What is derived, without ids that depend on the order of derivation. */
async function derived() {
  return await db.sql`
    select t.profile_id, t.occurred_at, t.event_id, o.source, o.medium, o.channel from touchpoints t join touch_origins o on o.id = t.origin_id
    order by t.profile_id, t.occurred_at, t.event_id`;
}

const START = Date.UTC(2026, 4, 1);
const URLS = ["https://s.example/?utm_source=google&utm_medium=cpc&utm_campaign=Brand", "https://s.example/", "https://s.example/?gclid=1"];
const REFERRERS = ["https://www.google.com/", "", "https://s.example/x"];

function story(seed: number, n: number): TestMessage[] {
  const random = seededRandom(seed);
  return Array.from({ length: n }, () => ({
    type: "page" as const,
    userId: `u${random.int(1, 6)}`,
    timestamp: new Date(START + random.int(0, 600) * 60_000).toISOString(),
    context: { page: { url: random.pick(URLS), referrer: random.pick(REFERRERS) } },
  }));
}

describe("touchpoints", () => {
  it("are the same whether derived in pieces, with late events, or anew", async () => {
    for (let piece = 0; piece < 12; piece++) {
      // Each piece lies at random in the same ten hours: most events are late.
      await feed(db.sql, story(piece, 25));
      await processAll(db);
      await follow();
    }
    const inPieces = await derived();
    expect(inPieces.length).toBeGreaterThan(60);
    expect(inPieces.length).toBeLessThan(300);
    expect(await follow()).toBe(0);
    await db.sql`delete from touchpoints`;
    await db.sql`update touch_cursors set xid = '0', inbox_id = 0`;
    await follow();
    expect(await derived()).toEqual(inPieces);
    await rebuild(db);
    await follow();
    expect(await derived()).toEqual(inPieces);
  });

  it("go when their events go", async () => {
    await db.sql`delete from events where profile_id = (select min(profile_id) from events)`;
    await db.sql`update processing_cursors set epoch = epoch + 1`;
    await follow();
    const [left] = await db.sql<{ n: number }[]>`
      select count(*)::int as n from touchpoints t where not exists (select 1 from events e where e.id = t.event_id)`;
    expect(left?.n).toBe(0);
    expect((await derived()).length).toBeGreaterThan(0);
  });

  it("take a campaign by its utm name", async () => {
    await db.sql`insert into campaigns (id, name, utm_campaign, channel, currency) values ('cmp_1', 'Brand', 'spring', 'Paid search', 'EUR')`;
    await feed(db.sql, [
      {
        type: "page",
        userId: "new",
        context: { page: { url: "https://s.example/?utm_source=google&utm_medium=cpc&utm_campaign=SPRING" } },
      },
    ]);
    await processAll(db);
    await follow();
    const [origin] = await db.sql`select campaign_id, channel from touch_origins where campaign = 'SPRING'`;
    expect(origin).toEqual({ campaign_id: "cmp_1", channel: "Paid search" });
  });

  it("move to other channels with the rules, as the preview said", async () => {
    const ctx = db.ctx();
    const rules = [
      { channel: "Google", alternatives: [[{ field: "source" as const, operator: "is" as const, values: ["google"] }]] },
      ...DEFAULT_CHANNEL_RULES,
    ];
    const preview = await previewChannelRules(ctx, rules);
    expect((await readChannelRules(ctx)).isDefault).toBe(true);
    await updateChannelRules(ctx, rules);
    expect(await readChannelRules(ctx)).toMatchObject({ isDefault: false, rules: [{ channel: "Google" }, ...DEFAULT_CHANNEL_RULES] });
    const now = await db.sql<{ channel: string; n: number }[]>`
      select o.channel, count(*)::int as n from touchpoints t join touch_origins o on o.id = t.origin_id group by 1`;
    expect(new Map(now.map(({ channel, n }) => [channel, n]))).toEqual(
      new Map(preview.filter(({ touches }) => touches > 0).map(({ channel, touches }) => [channel, touches])),
    );
    expect(preview.find(({ channel }) => channel === "Google")).toMatchObject({ before: 0 });
    await expect(updateChannelRules(ctx, [])).rejects.toMatchObject({ code: "VALIDATION" });
  });
});

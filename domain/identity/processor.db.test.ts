import { describe, expect, it } from "vitest";
import { testDatabase } from "@/server/test/database";
import { feed } from "./test/feed";
import { Processor } from "./processor";
import { processAll } from "./rebuild";

const db = testDatabase();

describe("processing", () => {
  it("makes profiles, events, traits, counts and search text out of the inbox", async () => {
    await feed(db.sql, [
      { type: "page", anonymousId: "a-1", context: { userAgent: "Mozilla/5.0 (Windows NT 10.0) Chrome/120 Safari/537" } },
      {
        type: "identify",
        userId: "u-1",
        anonymousId: "a-1",
        traits: { email: " Jane@X.com ", name: "Jane Doe", address: { country: "DE" } },
      },
      { userId: "u-1", event: "Order Completed", properties: { total: "19.90", products: [{ sku: "a" }] } },
      { userId: "u-1", event: "Order Refunded", properties: { total: 9.9 } },
      { type: "group", userId: "u-1", groupId: "g-1", traits: { name: "Acme" } },
    ]);
    expect(await processAll(db)).toEqual({ messages: 5 });
    expect(await new Processor(db).processNext()).toEqual({ processed: 0, caughtUp: true });
    const people = await db.sql`select id, known, name, email, country, event_count, order_count, revenue, merged_into from profiles`;
    expect(people).toEqual([
      {
        id: 1,
        known: true,
        name: "Jane Doe",
        email: "jane@x.com",
        country: "DE",
        event_count: 3,
        order_count: 1,
        revenue: "10.0000",
        merged_into: null,
      },
    ]);
    expect(await db.sql`select type, value from identifiers order by type`).toEqual([
      { type: "anonymous_id", value: "a-1" },
      { type: "email", value: "jane@x.com" },
      { type: "user_id", value: "u-1" },
    ]);
    expect(await db.sql`select text from profile_search`).toEqual([{ text: "jane doe jane@x.com" }]);
    expect(await db.sql`select count(*)::int as n from events`).toEqual([{ n: 5 }]);
    expect(await db.sql`select name from accounts`).toEqual([{ name: "Acme" }]);
    expect(await db.sql`select name, os from devices`).toEqual([{ name: "Chrome on Windows", os: "Windows" }]);
    expect(
      await db.sql`select n::int as n from seen_properties where kind = 'event' and scope = 'Order Completed' and key = 'total'`,
    ).toEqual([{ n: 1 }]);
  });
});

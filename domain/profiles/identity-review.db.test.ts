import { describe, expect, it } from "vitest";
import { processAll } from "@/domain/identity";
import { feed } from "@/domain/identity/test/feed";
import { member, testDatabase } from "@/server/test/database";
import { identityGraph } from "./identity-graph";
import { listIdentityNotes, listMerges } from "./identity-review";

const db = testDatabase();

describe("identity reads", () => {
  it("tells for every identifier which message and source attached it, and for every merge what caused it", async () => {
    await feed(db.sql, [
      { userId: "g-u", messageId: "g-1" },
      { type: "identify", traits: { email: "graph@x.com" }, messageId: "g-2" },
      { type: "identify", userId: "g-u", traits: { email: "graph@x.com" }, messageId: "g-3" },
      { userId: "null", anonymousId: "g-a" },
      { userId: "g-v", anonymousId: "g-a" },
      { userId: "g-w", anonymousId: "g-a" },
    ]);
    await processAll(db);
    const [row] = await db.sql<{ id: number }[]>`select profile_id as id from identifiers where value = 'g-u'`;
    const graph = await identityGraph(db.ctx(member("admin")), row?.id ?? 0);
    expect(graph.fragments.map(({ identifiers }) => identifiers.map(({ type, value, messageId }) => [type, value, messageId]))).toEqual([
      [["user_id", "g-u", "g-1"]],
      [["email", "graph@x.com", "g-2"]],
    ]);
    expect(graph.edges).toMatchObject([
      {
        cause: "event",
        messageId: "g-3",
        rulesVersion: 1,
        evidence: [
          { type: "user_id", value: "g-u" },
          { type: "email", value: "graph@x.com" },
        ],
      },
    ]);
    const masked = JSON.stringify(await identityGraph(db.ctx(member("admin", false)), row?.id ?? 0));
    expect(masked).not.toContain("graph@x.com");
    const ledger = await listMerges(db.ctx(member("admin", false)));
    expect(ledger.rows).toHaveLength(1);
    expect(JSON.stringify(ledger)).not.toContain("graph@x.com");
    const review = await listIdentityNotes(db.ctx(member("marketer")), {});
    expect(review.counts.map(({ code }) => code)).toContain("limit");
    await expect(listMerges(db.ctx(member("manager")))).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(identityGraph(db.ctx(member("manager")), 1)).rejects.toMatchObject({ code: "FORBIDDEN" });
  });
});

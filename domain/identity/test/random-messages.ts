import type { Random } from "@/domain/kernel";
import type { TestMessage } from "./feed";

/** Messages of a small world in which people meet, share devices, send nonsense and arrive late. */
export function randomMessages(random: Random, n: number, world = "w"): TestMessage[] {
  const users = Math.max(3, Math.floor(n / 12));
  const id = (kind: string, most: number): string => `${world}-${kind}${random.int(1, most)}`;
  const out: TestMessage[] = [];
  const start = Date.UTC(2026, 0, 1);
  for (let i = 0; i < n; i++) {
    const timestamp = new Date(start + random.int(0, 60) * 86_400_000 + random.int(0, 86_399) * 1000).toISOString();
    const userId = random.chance(0.5) ? id("u", users) : random.chance(0.05) ? "null" : undefined;
    const anonymousId = random.chance(0.7) || userId === undefined ? id("a", users * 2) : undefined;
    const email = random.chance(0.4) ? `${id("e", users)}@x.com` : undefined;
    const base = {
      messageId: `${world}-m${i}`,
      timestamp,
      ...(userId === undefined ? {} : { userId }),
      ...(anonymousId === undefined ? {} : { anonymousId }),
    };
    const kind = random.weighted([
      ["identify", 4],
      ["track", 5],
      ["order", 2],
      ["refund", 1],
      ["page", 2],
      ["alias", 1],
      ["group", 1],
    ] as const);
    if (kind === "identify")
      out.push({
        ...base,
        type: "identify",
        traits: { ...(email === undefined ? {} : { email }), plan: random.pick(["free", "pro"]), name: id("n", 9) },
      });
    else if (kind === "order") out.push({ ...base, event: "Order Completed", properties: { total: random.int(1, 9_999) / 100 } });
    else if (kind === "refund") out.push({ ...base, event: "Order Refunded", properties: { total: random.int(1, 999) / 100 } });
    else if (kind === "page") out.push({ ...base, type: "page", context: { timezone: "Europe/Berlin", active: random.chance(0.8) } });
    else if (kind === "alias") out.push({ ...base, type: "alias", userId: id("u", users), previousId: id("a", users * 2) });
    else if (kind === "group") out.push({ ...base, type: "group", groupId: id("g", 5), traits: { name: id("g", 5) } });
    else
      out.push({
        ...base,
        event: random.pick(["Product Viewed", "Product Viewed", "Signed In", "Signed Out"]),
        context: email === undefined ? {} : { traits: { email } },
      });
  }
  return out;
}

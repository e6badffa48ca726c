import { expect, test } from "./fixtures";

test("health and limits are answered without a session", async ({ request }) => {
  const live = await request.get("/api/health/live");
  expect(live.status()).toBe(200);
  const ready = await request.get("/api/health/ready");
  expect(ready.status(), await ready.text()).toBe(200);
  const body = (await ready.json()) as { checks: Record<string, { ok: boolean }> };
  expect(Object.keys(body.checks).toSorted()).toEqual(["disk", "durability", "migrations", "processing", "queue", "segments", "write"]);
  const limits = await request.get("/api/limits");
  expect(await limits.json()).toMatchObject({ batchMessages: 2500 });
});

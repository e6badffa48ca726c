import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newApiKey } from "@/domain/access/api-key-format";
import type { JsonObject } from "@/domain/events/model";
import { mergeProfiles, processAll, unmergeProfiles } from "@/domain/identity";
import { feed } from "@/domain/identity/test/feed";
import { fixedClock } from "@/domain/kernel/clock";
import { createContext, withTx, type Ctx } from "@/domain/kernel/context";
import { exportPeople } from "@/domain/profiles";
import { computeSegment, createSegment, exportSegment, sampleMembers } from "@/domain/segments";
import { createProfileApi } from "@/server/profile-api/handler";
import { testDatabase } from "@/server/test/database";
import { allowedSet, keepConsentSets } from "./allowed-set";
import { mayUse, mayUseMany } from "./gate";
import { CHANNEL_KEY, GPC_KEY, STANDING_KEYS } from "./model";
import { CONSENT_SOURCE } from "./statements";
import { FRAGMENTS, ops, type Op } from "./test/world";

/** Random lives through real processing: every way out lets out exactly the people whom the gate lets out at that moment. */
const db = testDatabase();
const DAY = 86_400_000;
const RULE = {
  version: 1,
  root: {
    kind: "group",
    id: "g",
    match: "all",
    children: [{ kind: "identifier", id: "i", type: null, compare: { operator: "at_least", n: 1 } }],
  },
};
const PURPOSES = ["service", "email_marketing", "advertising", "sale_or_sharing"];
const KEY = newApiKey();
let server: Server;
let base = "";
let segmentId = "";
let now = Date.UTC(2026, 0, 1);
const ctx = (): Ctx => createContext({ kind: "job", id: "test" }, db, fixedClock(new Date(now).toISOString()));

beforeAll(async () => {
  await db.sql`insert into api_keys (id, name, key_hash, prefix, last4, scopes) values ('key_out', 'Out', ${createHash("sha256").update(KEY).digest("hex")}, 'trb', '0000', '{profile_api:read}')`;
  const api = createProfileApi({ database: db });
  server = createServer((req, res) => api.handle(req, res));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", () => listening()));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  segmentId = (await createSegment(ctx(), { name: "Everybody", rule: RULE })).id;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

const KEYS: Record<string, string> = { mail: "email_marketing", ads: "advertising" };

/** One operation as the world would send it. */
async function play(op: Op, round: number): Promise<void> {
  now += 3_600_000;
  const who = (n: number): string => `r${round}-${n}`;
  const receivedAt = new Date(now).toISOString();
  if (op.do === "wait") now += op.days * DAY;
  else if (op.do === "say") {
    const yes = op.state === "granted";
    const timestamp = new Date(now - op.late * DAY).toISOString();
    if (STANDING_KEYS.includes(op.key)) {
      // As the product writes it down itself.
      const consent = { origin: "request", proof: {}, statements: [{ key: op.key, channel: "", state: op.state }] };
      await feed(
        db.sql,
        [{ userId: who(op.fragment), event: "Segment Consent Preference Updated", context: { consent }, timestamp, receivedAt }],
        CONSENT_SOURCE,
      );
      await processAll(db);
      return;
    }
    const key = KEYS[op.key];
    const context: JsonObject =
      op.key === GPC_KEY
        ? { gpc: true }
        : op.key === CHANNEL_KEY
          ? { messaging_subscriptions: [{ key: "x", type: "EMAIL", status: yes ? "SUBSCRIBED" : "UNSUBSCRIBED" }] }
          : { consent: { categoryPreferences: { [key ?? "analytics"]: yes, sale_or_sharing: yes } } };
    const event = op.stream === "explicit" ? "Segment Consent Preference Updated" : "Seen";
    await feed(db.sql, [{ userId: who(op.fragment), event, context, timestamp, receivedAt }]);
  } else if (op.do === "merge") {
    const [a, b] = [await canonical(who(op.a)), await canonical(who(op.b))];
    if (a !== b) await mergeProfiles(ctx(), { survivorId: a, loserId: b });
  } else {
    const [merge] = await db.sql<{ id: string }[]>`
      select m.id from merges m join identifiers i on i.profile_id = m.loser_fragment where m.undone_at is null and i.value like ${`r${round}-%`} order by m.id limit 1`;
    if (merge) await unmergeProfiles(ctx(), { mergeId: merge.id });
  }
  await processAll(db);
}

async function canonical(value: string): Promise<number> {
  const [row] = await db.sql<{ id: number }[]>`
    select coalesce(a.canonical_id, i.profile_id) as id from identifiers i left join profile_aliases a on a.profile_id = i.profile_id where i.value = ${value}`;
  return row?.id ?? 0;
}

const everybody = async (): Promise<number[]> =>
  (await db.sql<{ id: number }[]>`select id from profiles where merged_into is null order by id`).map(({ id }) => id);

async function idsOf(lines: AsyncGenerator<string, void>): Promise<number[]> {
  let text = "";
  for await (const piece of lines) text += piece;
  return text
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => Number(line.split(",")[0]))
    .toSorted((a, b) => a - b);
}

async function throughApi(ids: readonly number[], purpose: string): Promise<number[]> {
  const out: number[] = [];
  for (const id of ids) {
    const response = await fetch(`${base}/v1/spaces/x/collections/users/profiles/profile_id:${id}/traits?purpose=${purpose}`, {
      headers: { authorization: `Basic ${Buffer.from(`${KEY}:`).toString("base64")}` },
    });
    await response.arrayBuffer();
    expect([200, 403]).toContain(response.status);
    if (response.status === 200) out.push(id);
  }
  return out;
}

describe("ways out", () => {
  it("let out exactly those whom the gate lets out, after any life", async () => {
    for (const [round, sequence] of fc.sample(ops, { numRuns: 10, seed: 41 }).entries()) {
      await feed(
        db.sql,
        FRAGMENTS.map((n) => ({
          userId: `r${round}-${n}`,
          timestamp: new Date(now).toISOString(),
          receivedAt: new Date(now).toISOString(),
        })),
      );
      await processAll(db);
      for (const [i, op] of sequence.entries()) {
        await play(op, round);
        // The sets are kept up to date by what changed: ask often, so that every change is one.
        for (const purpose of PURPOSES) await sameAsOneByOne(purpose, i);
        if (i === 0 && round % 3 === 0) await keepConsentSets(db, 0, { clock: fixedClock(new Date(now).toISOString()) });
      }
      await computeSegment(db, segmentId, 1, { now });
      for (const purpose of PURPOSES) await everyWayOut(purpose);
    }
  }, 120_000);

  async function sameAsOneByOne(purpose: string, step: number): Promise<number[]> {
    const ids = await everybody();
    const answers = await mayUseMany(ctx(), { profileIds: ids, purpose });
    const allowed = ids.filter((id) => answers.get(id)?.allowed);
    expect({ purpose, step, ids: [...(await allowedSet(ctx(), { purpose }))] }).toEqual({ purpose, step, ids: allowed });
    // A process that starts now reads what a worker kept some steps ago, and what changed since.
    if (step >= 0 && step % 4 !== 3) return allowed;
    const cold = createContext({ kind: "job", id: "cold" }, { ...db }, fixedClock(new Date(now).toISOString()));
    expect({ purpose, step, ids: [...(await allowedSet(cold, { purpose }))] }).toEqual({ purpose, step, ids: allowed });
    return allowed;
  }

  async function everyWayOut(purpose: string): Promise<void> {
    const ids = await everybody();
    const allowed = await sameAsOneByOne(purpose, -1);
    // Read as a whole, without what is remembered.
    expect([...(await withTx(ctx(), (tx) => allowedSet(tx, { purpose })))]).toEqual(allowed);
    for (const id of ids.slice(0, 5)) expect((await mayUse(ctx(), { profileId: id, purpose })).allowed).toBe(allowed.includes(id));
    expect(await idsOf(await exportPeople(ctx(), { columns: ["id"], purpose }))).toEqual(allowed);
    expect(await idsOf(await exportSegment(ctx(), { id: segmentId, purpose }))).toEqual(allowed);
    expect(await throughApi(ids.slice(-6), purpose)).toEqual(allowed.filter((id) => ids.slice(-6).includes(id)));
    // As it was this very moment, from the ledger.
    expect([...(await allowedSet(ctx(), { purpose, asOf: new Date(now) }))]).toEqual(allowed);
  }

  it("a policy closes a way out for everybody, and one that asks for consent narrows it", async () => {
    const ids = await everybody();
    await db.sql`insert into consent_policies (purpose_id, use_id, rule) values ('service', 'export', 'block'), ('service', 'reports', 'block'), ('service', 'profile_api', 'consent')`;
    await db.sql`update consent_config set version = version + 1`;
    await expect(exportPeople(ctx(), { columns: ["id"] })).rejects.toMatchObject({
      code: "FORBIDDEN",
      message: expect.stringContaining("policy"),
    });
    expect(await sampleMembers(ctx(), { rule: RULE, limit: 5 })).toEqual([]);
    expect(await throughApi(ids.slice(0, 3), "service")).toEqual([]);
    await expect(exportPeople(ctx(), { columns: ["id"], purpose: "no_such" })).rejects.toMatchObject({ code: "VALIDATION" });
  });

  it("a withdrawal in the middle of a download stops who has not left yet", async () => {
    await db.sql`delete from consent_policies`;
    await db.sql`update consent_config set version = version + 1`;
    const people = Array.from({ length: 600 }, (_, n) => `late-${n}`);
    const at = new Date(now).toISOString();
    const context = { consent: { categoryPreferences: { advertising: true } } };
    await feed(
      db.sql,
      people.map((userId) => ({ userId, event: "Segment Consent Preference Updated", context, timestamp: at, receivedAt: at })),
    );
    await processAll(db);
    const lines = await exportPeople(ctx(), { columns: ["id"], purpose: "advertising" });
    // The header and the first page are out; the last person is on a later one.
    await lines.next();
    await lines.next();
    const last = await canonical("late-599");
    await play({ do: "say", fragment: 0, key: "mail", stream: "explicit", state: "granted", late: 0, days: null }, 999);
    const no = { consent: { categoryPreferences: { advertising: false } } };
    const later = new Date(now).toISOString();
    await feed(db.sql, [
      { userId: "late-599", event: "Segment Consent Preference Updated", context: no, timestamp: later, receivedAt: later },
    ]);
    await processAll(db);
    let rest = "";
    for await (const piece of lines) rest += piece;
    const ids = rest.trim().split("\n").map(Number);
    expect(ids).toContain(await canonical("late-598"));
    expect(ids).not.toContain(last);
  });
});

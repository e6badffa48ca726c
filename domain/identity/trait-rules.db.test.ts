import { expect, it } from "vitest";
import { testDatabase } from "@/server/test/database";
import { DEFAULT_IDENTITY_RULES } from "./model";
import { previewIdentityRules } from "./preview-identity-rules";
import { processAll, rebuild } from "./rebuild";
import { tableDigests } from "./test/digests";
import { feed } from "./test/feed";
import { updateIdentityRules } from "./update-identity-rules";

const db = testDatabase();
const PEOPLE = 30;

/** People by user id with the traits that are read of them. */
async function cities(): Promise<Map<string, unknown>> {
  const rows = await db.sql<{ user: string; city: unknown }[]>`
    select i.value as user, p.traits -> 'city' as city from identifiers i left join profile_aliases a on a.profile_id = i.profile_id
    join profiles p on p.id = coalesce(a.canonical_id, i.profile_id) where i.type = 'user_id' order by 1`;
  return new Map(rows.map(({ user, city }) => [user, city]));
}

it("trust in a source shows at once on people of several fragments, as the dry run said, and on all after a replay", async () => {
  const person = Array.from({ length: PEOPLE }, (_, n) => n);
  // The CRM knows the e-mail address, the shop the user; a later message joins both. Every third person only has the shop.
  await feed(
    db.sql,
    person.map((n) => ({ type: "identify", traits: { email: `t${n}@x.com`, city: "From CRM", plan: "a" } })),
    "src_crm",
  );
  await feed(
    db.sql,
    person.map((n) => ({ type: "identify", userId: `t${n}`, traits: { city: "From shop", plan: "b" } })),
    "src_shop",
  );
  await feed(
    db.sql,
    person
      .filter((n) => n % 3 !== 0)
      .map((n) => ({ event: "Joined", userId: `t${n}`, traits: {}, context: { traits: { email: `t${n}@x.com` } } })),
    "src_shop",
  );
  await processAll(db);
  expect(new Set((await cities()).values())).toEqual(new Set(["From shop"]));

  const rules = { ...DEFAULT_IDENTITY_RULES, traitRules: [{ key: "city", rule: "source_priority" as const, sourcePriority: ["src_crm"] }] };
  const before = await cities();
  const state = await previewIdentityRules(db.ctx(), { rules });
  const { version } = await updateIdentityRules(db.ctx(), { rules, basedOn: 1 });
  const after = await cities();
  const changed = [...before].filter(([user, city]) => after.get(user) !== city).length;
  expect(changed).toBe(PEOPLE - PEOPLE / 3);
  expect(state).toMatchObject({
    status: "done",
    preview: { split: 0, merged: 0, traits: { people: changed, keys: [{ key: "city", people: changed }] } },
  });

  // Inside one fragment too, for what comes from now on: the shop no longer overrules the CRM.
  await feed(db.sql, [{ type: "identify", userId: "t1", traits: { city: "Shop again", plan: "c" } }], "src_shop");
  await feed(db.sql, [{ type: "identify", userId: "t0", traits: { city: "CRM now" } }], "src_crm");
  await feed(db.sql, [{ type: "identify", userId: "t0", traits: { city: "Shop later" } }], "src_shop");
  await processAll(db);
  expect([(await cities()).get("t0"), (await cities()).get("t1")]).toEqual(["CRM now", "From CRM"]);
  const live = await tableDigests(db.sql);
  await rebuild(db);
  expect(await tableDigests(db.sql)).toEqual(live);

  // The same rules once more: nothing to say about traits.
  expect(await previewIdentityRules(db.ctx(), { rules })).toMatchObject({ preview: { traits: null } });
  await updateIdentityRules(db.ctx(), { rules: DEFAULT_IDENTITY_RULES, basedOn: version });
  expect((await cities()).get("t1")).toBe("Shop again");
});

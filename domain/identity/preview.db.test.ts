import { describe, expect, it } from "vitest";
import { seededRandom } from "@/domain/kernel";
import { testDatabase } from "@/server/test/database";
import { mergeProfiles } from "./merge-profiles";
import { DEFAULT_IDENTITY_RULES, type IdentityRules } from "./model";
import { previewIdentityRules } from "./preview-identity-rules";
import { previewRules } from "./preview-rules";
import { processAll, rebuild } from "./rebuild";
import { tableDigests } from "./test/digests";
import { feed } from "./test/feed";
import { randomMessages } from "./test/random-messages";
import { updateIdentityRules } from "./update-identity-rules";

const db = testDatabase();

/** Identifier to person. */
async function mapping(): Promise<Map<string, number>> {
  const rows = await db.sql<{ key: string; person: number }[]>`
    select i.type || '=' || i.value as key, coalesce(a.canonical_id, i.profile_id) as person
    from identifiers i left join profile_aliases a on a.profile_id = i.profile_id`;
  return new Map(rows.map(({ key, person }) => [key, person]));
}

const several = (pairs: [number, number][]): number => {
  const seen = new Map<number, Set<number>>();
  for (const [key, other] of pairs) seen.set(key, (seen.get(key) ?? new Set()).add(other));
  return [...seen.values()].filter((others) => others.size > 1).length;
};

describe("dry run of rules", () => {
  it("says what a rebuild under these rules then gives, and changes nothing itself", async () => {
    await feed(db.sql, randomMessages(seededRandom(5), 600, "p"));
    await processAll(db);
    const [a, b] = await db.sql<{ id: number }[]>`select id from profiles where merged_into is null order by id limit 2`;
    await mergeProfiles(db.ctx(), { survivorId: a?.id, loserId: b?.id });
    const candidates: IdentityRules[] = [
      // No e-mail joins anybody; anonymous ids one a day.
      {
        ...DEFAULT_IDENTITY_RULES,
        identifiers: DEFAULT_IDENTITY_RULES.identifiers.map((rule) =>
          rule.type === "email" ? { ...rule, merges: false } : rule.type === "anonymous_id" ? { ...rule, limit: 1, period: "ever" } : rule,
        ),
      },
      // A person may have several user ids.
      {
        ...DEFAULT_IDENTITY_RULES,
        identifiers: DEFAULT_IDENTITY_RULES.identifiers.map((rule) => (rule.type === "user_id" ? { ...rule, limit: 9 } : rule)),
        blocked: [...DEFAULT_IDENTITY_RULES.blocked, { type: "email", match: "pattern", value: "^p-e1@", action: "block" }],
      },
    ];
    let version = 1;
    for (const rules of candidates) {
      const before = await mapping();
      const digests = await tableDigests(db.sql);
      const preview = await previewRules(db, rules);
      expect(await tableDigests(db.sql)).toEqual(digests);
      ({ version } = await updateIdentityRules(db.ctx(), { rules, basedOn: version, applyToHistory: true }));
      await rebuild(db);
      const after = await mapping();
      const both = [...before].flatMap(([key, person]): [number, number][] => {
        const now = after.get(key);
        return now === undefined ? [] : [[person, now]];
      });
      expect(preview.split).toBe(several(both));
      expect(preview.merged).toBe(several(both.map(([x, y]) => [y, x])));
      expect(preview.identifiersLost).toBe([...before.keys()].filter((key) => !after.has(key)).length);
      expect(preview.identifiersGained).toBe([...after.keys()].filter((key) => !before.has(key)).length);
      expect(preview.split + preview.merged).toBeGreaterThan(0);
      const [people] = await db.sql`select count(*)::int as n from profiles where merged_into is null`;
      expect(preview.peopleAfter).toBe(people?.["n"]);
      expect(preview.splitExamples.length + preview.mergedExamples.length).toBeGreaterThan(0);
    }
  });

  it("tells that nothing changes under the rules in force", async () => {
    const [row] = await db.sql<{ rules: IdentityRules }[]>`select rules from identity_rules order by version desc limit 1`;
    const state = await previewIdentityRules(db.ctx(), { rules: row?.rules });
    expect(state).toMatchObject({
      status: "done",
      preview: { split: 0, merged: 0, identifiersLost: 0, identifiersGained: 0, messages: 600 },
    });
  });
});

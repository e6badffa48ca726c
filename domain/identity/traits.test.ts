import { describe, expect, it } from "vitest";
import { seededRandom } from "@/domain/kernel";
import { DEFAULT_IDENTITY_RULES, TRAIT_RULES } from "./model";
import { rulesSchema } from "./rules-schema";
import { type FragmentTraits, layTraits, reconcile, sameTraitPolicy, type TraitPolicy } from "./traits";

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
const fragment = (sourceId: string, minute: number, traits: FragmentTraits["traits"]): FragmentTraits => ({
  traits,
  meta: Object.fromEntries(Object.keys(traits).map((key) => [key, { at: at(minute), sourceId, messageId: `${sourceId}-${minute}` }])),
});
const policy = (part: Partial<TraitPolicy>): TraitPolicy => ({ ...DEFAULT_IDENTITY_RULES, ...part });

describe("which value of a trait wins", () => {
  const parts = [
    fragment("shop", 3, { city: "Lyon", plan: "pro" }),
    fragment("crm", 1, { city: "Nice", plan: "free" }),
    fragment("app", 9, { city: "Rome" }),
  ];

  it.each([
    ["the newest", policy({}), { city: "Rome", plan: "pro" }],
    ["the oldest", policy({ traitRule: "first" }), { city: "Nice", plan: "free" }],
    [
      "of the most trusted source",
      policy({ traitRule: "source_priority", sourcePriority: ["crm", "shop"] }),
      { city: "Nice", plan: "free" },
    ],
    [
      "unlisted sources come last, the newest of them first",
      policy({ traitRule: "source_priority", sourcePriority: ["none"] }),
      { city: "Rome", plan: "pro" },
    ],
    [
      "a rule of its own stands before the general one",
      policy({ traitRule: "first", traitRules: [{ key: "city", rule: "source_priority", sourcePriority: ["shop", "crm"] }] }),
      { city: "Lyon", plan: "free" },
    ],
    [
      "a rule of its own may be the newest again",
      policy({ traitRule: "first", traitRules: [{ key: "plan", rule: "last_updated", sourcePriority: [] }] }),
      { city: "Nice", plan: "pro" },
    ],
  ])("%s", (_, rules, expected) => {
    expect(reconcile(parts, rules)).toEqual(expected);
    expect(reconcile(parts.toReversed(), rules)).toEqual(expected);
  });

  it("does not depend on the order in which messages arrive, nor on the fragments they come to", () => {
    const random = seededRandom(41);
    const keys = ["a", "b", "c"];
    for (let round = 0; round < 200; round++) {
      const own = () => ({ rule: random.pick(TRAIT_RULES), sourcePriority: random.shuffle(["s1", "s2", "s3"]).slice(0, random.int(1, 3)) });
      const { rule: traitRule, sourcePriority } = own();
      const rules = policy({
        traitRule,
        sourcePriority,
        traitRules: keys.filter(() => random.chance(0.5)).map((key) => ({ key, ...own() })),
      });
      const messages = Array.from({ length: 12 }, (_, n) => ({
        values: { [random.pick(keys)]: n },
        meta: {
          at: at(random.int(0, 5)),
          sourceId: random.pick(["s1", "s2", "s3", "s4"]),
          messageId: `m${n}`,
          ...(random.chance(0.2) ? { fill: true as const } : {}),
        },
      }));
      const lay = (list: typeof messages): FragmentTraits => {
        const into: FragmentTraits = { traits: {}, meta: {} };
        for (const { values, meta } of list) layTraits(into, values, meta, rules);
        return into;
      };
      const one = lay(messages).traits;
      expect(lay(random.shuffle(messages)).traits).toEqual(one);
      const cut = random.int(0, messages.length);
      expect(reconcile([lay(messages.slice(0, cut)), lay(messages.slice(cut))], rules)).toEqual(one);
    }
  });

  it("knows when nothing about the choice changes", () => {
    expect(sameTraitPolicy(policy({}), policy({ ignoreEmptyTraits: false }))).toBe(true);
    expect(sameTraitPolicy(policy({}), policy({ traitRules: [{ key: "a", rule: "first", sourcePriority: [] }] }))).toBe(false);
  });
});

describe("rules as they are saved", () => {
  const parse = (part: object) => rulesSchema.safeParse({ ...DEFAULT_IDENTITY_RULES, ...part });
  it("refuses an order that names nobody, a trait or a source twice", () => {
    const own = { key: "city", rule: "source_priority", sourcePriority: ["crm"] };
    expect(parse({ traitRules: [own] }).success).toBe(true);
    expect(parse({ traitRules: [{ ...own, sourcePriority: [] }] }).success).toBe(false);
    expect(parse({ traitRules: [own, own] }).success).toBe(false);
    expect(parse({ sourcePriority: ["crm", "crm"] }).success).toBe(false);
  });
});

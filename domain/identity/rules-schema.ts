import { RE2JS } from "re2js";
import { z } from "zod";
import { LIMIT_PERIODS, TRAIT_RULES } from "./model";

const pattern = (text: string): boolean => {
  try {
    RE2JS.compile(text);
    return true;
  } catch {
    return false;
  }
};

const identifier = z.object({
  type: z
    .string()
    .trim()
    .regex(/^[a-z0-9_.-]{1,64}$/, "Lower-case letters, digits, dot, dash and underscore only"),
  limit: z.number().int().min(1, "At least 1").max(1_000, "At most 1,000"),
  period: z.enum(LIMIT_PERIODS),
  merges: z.boolean(),
  reviewed: z.boolean(),
});

const blocked = z
  .object({
    type: z.string().min(1).max(64),
    match: z.enum(["exact", "pattern"]),
    value: z.string().max(500),
    action: z.enum(["block", "no_merge"]),
  })
  .refine((entry) => entry.match === "exact" || pattern(entry.value), { path: ["value"], message: "This is no RE2 pattern" })
  .refine((entry) => entry.value.trim() !== "", { path: ["value"], message: "Enter a value" });

const sourcePriority = z
  .array(z.string().min(1).max(60))
  .max(1_000)
  .refine((list) => new Set(list).size === list.length, "Each source once");

const ownTraitRule = z
  .object({ key: z.string().trim().min(1, "Enter the trait").max(255), rule: z.enum(TRAIT_RULES), sourcePriority })
  .refine((own) => own.rule !== "source_priority" || own.sourcePriority.length > 0, {
    path: ["sourcePriority"],
    message: "Name at least one source",
  });

export const rulesSchema = z.object({
  identifiers: z
    .array(identifier)
    .min(1)
    .max(100)
    .refine((list) => new Set(list.map(({ type }) => type)).size === list.length, "Each type once"),
  blocked: z.array(blocked).max(1_000),
  holdNewTypes: z.boolean(),
  foldEmailAliases: z.boolean(),
  maxMerges: z.number().int().min(0).max(10_000),
  maxIdentifiers: z.number().int().min(1).max(10_000),
  sharedDeviceThreshold: z.number().int().min(2).max(1_000),
  collapsePerDay: z.number().int().min(1).max(100_000),
  collapsePerType: z.number().int().min(1).max(10_000),
  traitRule: z.enum(TRAIT_RULES),
  sourcePriority,
  traitRules: z
    .array(ownTraitRule)
    .max(200)
    .refine((list) => new Set(list.map(({ key }) => key)).size === list.length, "Each trait once")
    .default([]),
  ignoreEmptyTraits: z.boolean(),
});

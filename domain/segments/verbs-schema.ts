import { z } from "zod";
import { ruleSchema } from "./model";

const name = z.string().trim().min(1, "Give the segment a name.").max(100, "The name has more than 100 characters.");
const description = z.string().trim().max(1_000).nullish();
const folder = z.string().trim().max(100).nullish();
const tags = z.array(z.string().trim().min(1).max(50)).max(20);

export const idSchema = z.strictObject({ id: z.string().min(1).max(200) });
export const createSchema = z.strictObject({ name, rule: ruleSchema, description, folder, tags: tags.default([]) });
export const updateSchema = z.strictObject({
  id: z.string().min(1).max(40),
  basedOn: z.number().int(),
  rule: ruleSchema,
  note: z.string().trim().max(500).nullish(),
});
export const changeSchema = z.strictObject({
  id: z.string().min(1).max(40),
  name: name.optional(),
  description,
  folder,
  tags: tags.optional(),
});
export const duplicateSchema = z.strictObject({ id: z.string().min(1).max(40), name: name.optional() });
export const saveSchema = updateSchema.extend(changeSchema.shape);

import { z } from "zod";
import { requirePermission } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import { parseInput } from "@/domain/kernel/parse";
import { allowedSet } from "./allowed-set";
import { currentSettings, ruleOf } from "./config";
import type { PurposeChoice } from "./model";

const schema = z.strictObject({ destination: z.string().max(60) });

/** Purposes that a use may be for, with how many people each reaches now. */
export async function purposeChoices(ctx: Ctx, input: unknown): Promise<PurposeChoice[]> {
  requirePermission(ctx, "profiles:read");
  const { destination } = parseInput(schema, input);
  const settings = await currentSettings(ctx);
  const use = settings.uses.get(destination) ?? null;
  const purposes = [...settings.purposes.values()].filter(
    ({ id, status }) => status === "published" && use !== null && ruleOf(settings, id, use) !== "block",
  );
  const out: PurposeChoice[] = [];
  for (const { id, name, terms } of purposes) {
    const people = await allowedSet(ctx, { purpose: id, destination });
    out.push({ id, name, legalBasis: terms.legalBasis, people: people.size, usual: id === use?.purposeId });
  }
  return out;
}

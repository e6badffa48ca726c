import { getComputedTrait, listComputedTraits, recomputeTrait } from "@/domain/segments";
import type { Command } from "./command";

export const traitList: Command = {
  name: "trait list",
  summary: "List computed traits with what they compute, how many people have a value, and how fresh they are.",
  usage: "",
  async run(args, { ctx }) {
    args.only(0);
    const traits = await listComputedTraits(ctx);
    return traits.map(({ id, key, name, status, sentence, stats, computedAt, changedAt, computeMs, usedBy, nextRunAt }) => ({
      id,
      key,
      name,
      status,
      computes: sentence,
      people: stats?.people ?? null,
      withValue: stats?.withValue ?? null,
      computedAt,
      changedAt,
      nextRunAt,
      ms: computeMs,
      usedBy,
    }));
  },
};

export const traitCompute: Command = {
  name: "trait compute",
  summary: "Ask for the computation of a trait over everybody; the worker does it.",
  usage: "<id | key>",
  async run(args, { ctx }) {
    args.only(1);
    const [ref] = args.positional;
    if (ref === undefined) throw new Error("Name the trait by its id or key: trait compute <id | key>.");
    const { id, key, version } = await getComputedTrait(ctx, { id: ref });
    await recomputeTrait(ctx, { id });
    return { id, key, version, asked: true };
  },
};

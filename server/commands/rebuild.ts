import { rebuild } from "@/domain/identity";
import { recomputeAll } from "@/domain/segments";
import type { Command } from "./command";

export const rebuildCommand: Command = {
  name: "rebuild",
  summary: "Drop everything derived and make it again from the inbox archive.",
  usage: "[--force]",
  async run(args, { database, say }) {
    args.only(0, "force");
    const started = Date.now();
    const { messages } = await rebuild(database, {
      force: args.flag("force"),
      progress: ({ done, total }) => say(`${done} of ${total} messages`),
    });
    const { segments, traits } = await recomputeAll(database);
    return { messages, segments, traits, seconds: Math.round((Date.now() - started) / 100) / 10 };
  },
};

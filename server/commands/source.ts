import { createSource, SOURCE_TYPES } from "@/domain/sources";
import type { Command } from "./command";

export const sourceCreate: Command = {
  name: "source create",
  summary: "Make a source; prints its id and write key (shown this once).",
  usage: `--name N [--type ${SOURCE_TYPES.join("|")}]`,
  run(args, { ctx }) {
    args.only(0, "name", "type");
    return createSource(ctx, { name: args.require("name"), type: args.get("type") ?? "server" });
  },
};

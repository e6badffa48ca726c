import { getProfile } from "@/domain/profiles";
import type { Command } from "./command";

export const profileGet: Command = {
  name: "profile get",
  summary: "Print a person by profile id or identifier: traits with lineage, identifiers, devices, accounts, event counts.",
  usage: "<id | type:value>   e.g. email:jane@example.com",
  async run(args, { ctx }) {
    args.only(1);
    const [ref] = args.positional;
    if (ref === undefined) throw new Error("Name the person: profile get <type>:<value>, for example email:jane@example.com.");
    return await getProfile(ctx, ref);
  },
};

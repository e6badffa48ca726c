import { migrate } from "@/db/migrate";
import type { Command } from "./command";

export const migrateCommand: Command = {
  name: "migrate",
  summary: "Bring the database to this release.",
  usage: "",
  async run(args, { databaseUrl }) {
    args.only(0);
    return { applied: await migrate(databaseUrl) };
  },
};

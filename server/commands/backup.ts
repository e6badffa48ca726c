import { backup } from "../backup/backup";
import { restore } from "../backup/restore";
import type { Command } from "./command";

const fileOf = (positional: readonly string[]): string => {
  const [file] = positional;
  if (file === undefined) throw new Error("Name the file, e.g. backup-2026-11-23.gz");
  return file;
};

export const backupCommand: Command = {
  name: "backup",
  summary: "Write the whole database to a file; the server may run meanwhile.",
  usage: "FILE",
  run(args, { databaseUrl, path, say }) {
    args.only(1);
    return backup(databaseUrl, path(fileOf(args.positional)), say);
  },
};

export const restoreCommand: Command = {
  name: "restore",
  summary: "Put a backup into an empty database (--force replaces what is there). Stop the server first.",
  usage: "FILE [--force]",
  run(args, { databaseUrl, path, say }) {
    args.only(1, "force");
    return restore(databaseUrl, path(fileOf(args.positional)), { force: args.flag("force"), say });
  },
};

import { readFile } from "node:fs/promises";
import { createSource, listSources } from "@/domain/sources";
import { IMPORT_KINDS, importLocalFile, isSettled, type ImportKind, type LocalOutcome } from "@/domain/imports";
import { DomainError } from "@/domain/kernel/errors";
import type { Command, CommandContext } from "./command";

/** Name of the source that imports of the command line belong to unless another is given. */
const DEFAULT_SOURCE = "CSV import";

export const importCsv: Command = {
  name: "import csv",
  summary: "Import a CSV file (also .csv.gz): people, events or order lines. Importing it again adds nothing.",
  usage: `FILE --mapping FILE|auto [--kind ${IMPORT_KINDS.join("|")}] [--source NAME] [--dry-run] [--wait true|false]`,
  async run(args, context) {
    args.only(1, "mapping", "kind", "source", "dry-run", "wait");
    const [given] = args.positional;
    if (given === undefined) throw new Error("Name the file: import csv FILE --mapping auto");
    const kind = args.get("kind");
    if (kind !== undefined && !(IMPORT_KINDS as readonly string[]).includes(kind))
      throw new Error(`--kind must be one of ${IMPORT_KINDS.join(", ")}.`);
    const mapping = await readMapping(args.require("mapping"), context);
    const sourceId = await sourceOf(args.get("source") ?? DEFAULT_SOURCE, context);
    let shown = -1;
    const outcome = await importLocalFile(context.ctx, context.database, {
      path: context.path(given),
      sourceId,
      mapping,
      kind: kind as ImportKind | undefined,
      dryRun: args.flag("dry-run"),
      onProgress: ({ rows, bytes, total }) => {
        const percent = total === 0 ? 100 : Math.floor((bytes / total) * 100);
        if (percent < shown + 5 && percent < 100) return;
        shown = percent;
        context.say(`${percent} %, ${rows.toLocaleString("en")} rows`);
      },
    });
    if (outcome.preview) return { id: outcome.id, dryRun: true, mapping: outcome.mapping, ...outcome.preview };
    const processed = args.get("wait") === "false" ? null : await settle(outcome, context);
    return summary(outcome, processed);
  },
};

function summary({ id, result, errorFile }: LocalOutcome, processed: boolean | null) {
  if (!result) throw new Error("The import ended without a result.");
  const { rows, messages, accepted, duplicates, conflicts, rejected } = result;
  return {
    id,
    rows,
    messages,
    accepted,
    duplicates,
    conflicts,
    rejected,
    rejectedByCode: Object.fromEntries(result.rejectedByCode.map(({ code, n }) => [code, n])),
    warnings: Object.fromEntries(result.warnings.map(({ code, n }) => [code, n])),
    errorFile,
    processed,
  };
}

async function readMapping(given: string, context: CommandContext): Promise<unknown> {
  if (given === "auto") return "auto";
  try {
    return JSON.parse(await readFile(context.path(given), "utf8"));
  } catch (error) {
    throw new Error(error instanceof SyntaxError ? `${given} is not valid JSON: ${error.message}` : `${given} cannot be read.`, {
      cause: error,
    });
  }
}

/** The source with this name, or a new one of type CSV. */
async function sourceOf(name: string, { ctx }: CommandContext): Promise<string> {
  const found = (await listSources(ctx)).find((source) => source.name.toLowerCase() === name.toLowerCase());
  if (found) return found.id;
  try {
    return (await createSource(ctx, { name, type: "csv" })).id;
  } catch (error) {
    // Another command made it in the same moment.
    if (!(error instanceof DomainError) || error.code !== "CONFLICT") throw error;
    const made = (await listSources(ctx)).find((source) => source.name.toLowerCase() === name.toLowerCase());
    if (!made) throw error;
    return made.id;
  }
}

const POLL_MS = 200;
/** Gives up waiting when processing has stood still for this long: no worker runs. */
const STALLED_MS = 30_000;

/** Waits until everything the import accepted has become people and events. @returns false when no worker processes it */
async function settle({ id }: LocalOutcome, { database, say }: CommandContext): Promise<boolean> {
  let processed = -1;
  let since = Date.now();
  while (!(await isSettled(database, id))) {
    const [row] = await database.sql<{ processed: number }[]>`select processed from processing_cursors where name = 'main'`;
    if (row && row.processed !== processed) {
      processed = row.processed;
      since = Date.now();
    } else if (Date.now() - since > STALLED_MS) {
      say("Everything is stored, but nothing processes it: start the worker (npm start).");
      return false;
    }
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
  return true;
}

"use server";

import { action } from "@/app/_server/action";
import { cancelImport, createImport, deleteImport, setFormat, setMapping, startDryRun, startImport } from "@/domain/imports";
import { createSource } from "@/domain/sources";

export const createImportAction = action("imports:write", createImport);
export const setFormatAction = action("imports:write", setFormat);
export const setMappingAction = action("imports:write", setMapping);
export const startDryRunAction = action("imports:write", startDryRun);
export const startImportAction = action("imports:write", startImport);
export const cancelImportAction = action("imports:write", cancelImport);
export const deleteImportAction = action("imports:write", deleteImport, { refresh: "/imports" });
/** A new source for the import; its write key is not shown (nothing sends to it), a rotation makes one that is. */
export const createCsvSourceAction = action("sources:write", async (ctx, input: { name: string }) => {
  const { id } = await createSource(ctx, { name: input.name, type: "csv" });
  return { id };
});

export * from "./model";
export { createImport } from "./create-import";
export { readUploadLimit, setFormat, uploadFile } from "./upload-file";
export {
  cancelImport,
  deleteImport,
  IMPORT_CHECK_JOB,
  IMPORT_RUN_JOB,
  openErrorFile,
  setMapping,
  startDryRun,
  startImport,
} from "./control-import";
export { getImport, listImports } from "./read-imports";
export { importLocalFile, isSettled, type LocalOutcome } from "./import-local-file";
export { runImportJob } from "./import-job";
export { pruneImports } from "./prune-imports";
export { readTable } from "./read-table";
export { CsvError, type CsvRecord } from "./tokenizer";
export { conceptOf } from "./header-words";
export { removeFilesNaming } from "./remove-files-naming";

export * from "./model";
export { processNext, Processor, type Processed, type ProcessOptions } from "./processor";
export { normaliseIdentifier } from "./normalise";
export { processAll, rebuild, resetDerived, REBUILD_JOB, type RebuildProgress } from "./rebuild";
export { unmergeProfiles } from "./unmerge-profiles";
export { mergeProfiles } from "./merge-profiles";
export { splitIdentifiers } from "./split-identifiers";
export { updateIdentityRules } from "./update-identity-rules";

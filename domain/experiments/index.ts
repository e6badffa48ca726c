export * from "./model";
export { experimentResult } from "./read-result";
export { archiveExperiment, experimentChoices, getExperiment, listExperiments, saveExperiment } from "./registry";

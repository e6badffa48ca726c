export * from "./model";
export { calibrations } from "./calibrate";
export { experimentResult } from "./read-result";
export { archiveExperiment, experimentChoices, getExperiment, listExperiments, saveExperiment } from "./registry";

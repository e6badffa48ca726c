export * from "./model";
export { processNext, Processor, type Processed, type ProcessOptions } from "./processor";
export { normaliseIdentifier } from "./normalise";

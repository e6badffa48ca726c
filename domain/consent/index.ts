export * from "./model";
export { allowedSet } from "./allowed-set";
export { mayUse, mayUseMany, type GateAsk, type GateUse } from "./gate";
export { ConsentReader } from "./reader";
export { blockGate, forgetStatements } from "./reset";
export { carriesConsent } from "./statements";
export { noteConsentChanges, writeStatements } from "./write-statements";

export * from "./model";
export { allowedSet } from "./allowed-set";
export { mayUse, mayUseMany, requireUse, type GateAsk, type GateUse } from "./gate";
export { purposeChoices } from "./purpose-choices";
export { ConsentReader } from "./reader";
export { blockGate, forgetStatements } from "./reset";
export { carriesConsent } from "./statements";
export { noteConsentChanges, writeStatements } from "./write-statements";

export * from "./model";
export { isPersonalTrait, maskIdentifier, maskJson, maskName, maskText, maskTraits } from "./mask";

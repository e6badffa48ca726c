export { archiveConversion, conversionOf, listConversions, saveConversion } from "./conversions";
export * from "./model";
export { attributionReport } from "./report";

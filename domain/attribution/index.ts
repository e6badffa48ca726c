export { conversionColumns, type OutcomeSource } from "./conversion-columns";
export { archiveConversion, conversionOf, listConversions, saveConversion } from "./conversions";
export { creditIntervals, explainChannel, explainConversion, listConverted } from "./explain";
export * from "./model";
export type { ConversionColumns } from "./paths";
export { pathsReport } from "./paths-report";
export { attributionReport } from "./report";
export * from "./schemas";

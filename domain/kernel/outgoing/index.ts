export { OutgoingError, type OutgoingCode } from "./errors";
export { textRecords, type TextRecords } from "./records";
export { Outgoing, outgoing, type OutgoingAnswer, type OutgoingRequest } from "./send";

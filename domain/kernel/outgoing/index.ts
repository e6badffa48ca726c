export { OutgoingError, type OutgoingCode } from "./errors";
export { Outgoing, outgoing, type OutgoingAnswer, type OutgoingRequest } from "./send";

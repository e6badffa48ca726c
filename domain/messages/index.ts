export { followLink, noteOpen, takeCallback } from "./callbacks";
export { markInbox, readInbox, subscribePush } from "./inbox";
export * from "./model";
export { sendMessages } from "./send-messages";
export { stopWithdrawn } from "./withdraw";
export { countMessages, listMessages, messageJourneys, readMessage } from "./log";
export { approveMessages, discardMessages } from "./review";

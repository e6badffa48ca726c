export { followLink, noteOpen, takeCallback, type Visit } from "./callbacks";
export { markInbox, readInbox, subscribePush, type InboxView } from "./inbox";
export * from "./model";
export { sendMessages, type SendStep } from "./send-messages";
export { stopWithdrawn } from "./withdraw";
export { countMessages, listMessages, messageJourneys, readMessage } from "./log";
export { approveMessages, discardMessages } from "./review";

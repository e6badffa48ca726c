export * from "./model";
export { judgeMessage, type JudgeInput, type JudgedMessage, type Judgement, type RefusedMessage } from "./judge-message";
export { parseInstant, type Instant } from "./instant";
export { isPlaceholderId } from "./placeholders";
export { storableText } from "./sanitise";
export {
  messageKey,
  storeMessages,
  SAMPLE_LENGTH,
  type RejectedItem,
  type StoreBatch,
  type StoreItem,
  type StoreOutcome,
} from "./store-messages";
export { ensureEventPartitions, ensureInboxPartitions } from "./partitions";

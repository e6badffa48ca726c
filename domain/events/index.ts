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
export { replayRejected, discardRejected, replayRejectedInput, discardRejectedInput, type Replayed } from "./replay-rejected";
export { mappingRule, type MappingRule } from "./mapping-rules";
export { sourceBalance, type SourceBalance } from "./source-balance";
export { elementSpans, memberSpan, memberText } from "./raw-json";

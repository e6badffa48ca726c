export { ensureEventPartitions, ensureInboxPartitions } from "./partitions";

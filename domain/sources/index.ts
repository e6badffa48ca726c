export * from "./model";
export { createSource } from "./create-source";
export { updateSource } from "./update-source";
export { setSourceStatus } from "./set-source-status";
export { rotateWriteKey, type RotatedKey } from "./rotate-write-key";
export { revokeKey } from "./revoke-key";
export { deleteSource } from "./delete-source";
export { hashWriteKey, isWriteKey, newWriteKey, WRITE_KEY_PREFIX } from "./write-key";

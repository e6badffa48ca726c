// Written by every room, so it lives in the kernel; this is the door for reading and writing the log.
export * from "./model";
export { recordAudit, type AuditEntry } from "@/domain/kernel/record-audit";
export { auditState, exportAudit, listAudit } from "./read-audit";
export { anchorAudit, checkAudit, verifyAudit } from "./verify-audit";

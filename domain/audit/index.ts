// Written by every room, so it lives in the kernel; this is the door for reading and writing the log.
export { recordAudit, type AuditEntry } from "@/domain/kernel/record-audit";

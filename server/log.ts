export * from "@/domain/kernel/log";

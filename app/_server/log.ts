import "server-only";
import { createLog } from "@/domain/kernel/log";

/** Log lines of the application: ids, codes and times only. */
export const log = createLog("app");

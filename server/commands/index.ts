import { backupCommand, restoreCommand } from "./backup";
import type { Command } from "./command";
import { demoLoad, demoRemove } from "./demo";
import { importCsv } from "./import";
import { migrateCommand } from "./migrate";
import { profileGet } from "./profile";
import { rebuildCommand } from "./rebuild";
import { segmentCount, segmentExplain, segmentExport } from "./segment";
import { sourceCreate } from "./source";
import { traitCompute, traitList } from "./trait";
import { stats } from "./stats";
import { userCreate, userResetPassword, userResetSecondFactor } from "./user";

/** Every command of the CLI. A new one is added here. */
export const commands: readonly Command[] = [
  userCreate,
  userResetPassword,
  userResetSecondFactor,
  stats,
  sourceCreate,
  profileGet,
  importCsv,
  migrateCommand,
  backupCommand,
  restoreCommand,
  rebuildCommand,
  segmentCount,
  segmentExport,
  segmentExplain,
  traitList,
  traitCompute,
  demoLoad,
  demoRemove,
];

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

/**
 * Path of a file of the real data sets: in the folder `../shared/data` beside the project, or in REAL_DATA.
 * Throws with what to do when it is not there, so that such a test never passes for want of its data.
 */
export function realData(...path: string[]): string {
  // oxlint-disable-next-line no-process-env
  const folder = process.env["REAL_DATA"] ?? resolve(import.meta.dirname, "../../../shared/data");
  const file = join(folder, ...path);
  if (!existsSync(file)) {
    throw new Error(
      `${file} is missing. \`npm run test:real\` reads real data sets from ../shared/data beside the project, or from the folder named by REAL_DATA.`,
    );
  }
  return file;
}

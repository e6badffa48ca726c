// Writes docs/permissions.md out of the one table: `npm run docs:permissions`.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { permissionsDocument } from "../domain/access/permission-table";

writeFileSync(join(import.meta.dirname, "..", "docs", "permissions.md"), permissionsDocument());

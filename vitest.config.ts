import { defineConfig } from "vitest/config";

const shared = {
  resolve: { tsconfigPaths: true, alias: { "server-only": new URL("./server/test/empty.ts", import.meta.url).pathname } },
};
const exclude = ["node_modules/**", ".next/**", "dist/**", ".data/**", "e2e/**"];

export default defineConfig({
  test: {
    projects: [
      {
        ...shared,
        test: {
          name: "unit",
          include: ["{app,components,domain,db,server}/**/*.test.{ts,tsx}"],
          exclude: [...exclude, "**/*.{db,real}.test.ts"],
          environment: "node",
          // A limit against hanging on a busy two-core machine, not a measure of speed.
          testTimeout: 120_000,
          sequence: { groupOrder: 0 },
        },
      },
      // Real PostgreSQL: one throw-away cluster for the run, one database (from a migrated template) per test file.
      {
        ...shared,
        test: {
          name: "integration",
          include: ["{app,domain,db,server}/**/*.db.test.ts"],
          exclude,
          globalSetup: "server/test/global-postgres.ts",
          testTimeout: 180_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      // Whole real data sets; needs the data folder beside the project (see docs/testing.md).
      {
        ...shared,
        test: {
          name: "real",
          include: ["{domain,server}/**/*.real.test.ts"],
          exclude,
          globalSetup: "server/test/global-postgres.ts",
          testTimeout: 1_800_000,
          hookTimeout: 120_000,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});

import type { TestProject } from "vitest/node";
import { migrate } from "@/db/migrate";
import { startThrowaway } from "../postgres.mjs";

declare module "vitest" {
  export interface ProvidedContext {
    postgresUrl: string;
  }
}

/** One throw-away cluster for the run; its database is migrated and serves as the template of every test database. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cluster = await startThrowaway();
  await migrate(cluster.url);
  project.provide("postgresUrl", cluster.url);
  return () => cluster.stop();
}

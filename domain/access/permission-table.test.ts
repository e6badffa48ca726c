import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ALL_PERMISSIONS, API_KEY_SCOPES, permissionsOf, ROLES } from "./model";
import { permissionsDocument, permissionTable } from "./permission-table";

test("docs/permissions.md is current (npm run docs:permissions makes it)", () => {
  expect(readFileSync(join(import.meta.dirname, "../../docs/permissions.md"), "utf8")).toBe(permissionsDocument());
});

test("the table says what the guard decides", () => {
  for (const row of permissionTable()) {
    for (const role of ROLES) {
      const off = permissionsOf({ role, seesPersonalData: false }).has(row.permission);
      const on = permissionsOf({ role, seesPersonalData: true }).has(row.permission);
      expect(row.cells[role], `${role} ${row.permission}`).toBe(off ? "yes" : on ? "member" : "no");
    }
  }
  expect(permissionTable()).toHaveLength(ALL_PERMISSIONS.length);
});

test("managers read totals only, marketers do not administrate, and only members with the switch see personal data", () => {
  expect([...permissionsOf({ role: "manager", seesPersonalData: true })].toSorted()).toEqual([
    "account:write",
    "campaigns:read",
    "home:read",
    "reports:read",
  ]);
  const marketer = permissionsOf({ role: "marketer", seesPersonalData: false });
  for (const permission of [
    "members:write",
    "api_keys:write",
    "settings:write",
    "sources:write",
    "identity:write",
    "sessions:write",
  ] as const) {
    expect(marketer.has(permission), permission).toBe(false);
  }
  expect(marketer.has("personal_data:see")).toBe(false);
  expect(permissionsOf({ role: "admin", seesPersonalData: false }).has("personal_data:see")).toBe(false);
  expect(permissionsOf({ role: "admin", seesPersonalData: true }).has("personal_data:see")).toBe(true);
});

test("no API key can hold what changes members, keys, settings or identity rules", () => {
  expect(API_KEY_SCOPES.filter((scope) => /^(members|api_keys|settings|identity|sessions|account):/.test(scope))).toEqual([]);
});

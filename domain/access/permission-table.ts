import { ALL_PERMISSIONS, permissionsOf, PERMISSIONS, ROLES, ROLE_DESCRIPTIONS, ROLE_LABELS, type Permission, type Role } from "./model";

/** `member`: it depends on the member's own switch. */
export type Cell = "yes" | "no" | "member";

export interface PermissionRow {
  permission: Permission;
  sentence: string;
  cells: Record<Role, Cell>;
}

/** The table of roles and permissions that a member can hold, as screens and documentation show it. */
export function permissionTable(): PermissionRow[] {
  const held = Object.fromEntries(
    ROLES.map((role) => [
      role,
      { on: permissionsOf({ role, seesPersonalData: true }), off: permissionsOf({ role, seesPersonalData: false }) },
    ]),
  ) as Record<Role, { on: ReadonlySet<Permission>; off: ReadonlySet<Permission> }>;
  return ALL_PERMISSIONS.map((permission) => ({
    permission,
    sentence: PERMISSIONS[permission],
    cells: Object.fromEntries(
      ROLES.map((role) => [role, held[role].off.has(permission) ? "yes" : held[role].on.has(permission) ? "member" : "no"]),
    ) as Record<Role, Cell>,
  }));
}

const MARK: Record<Cell, string> = { yes: "yes", no: "", member: "if switched on" };

/** `docs/permissions.md`, whole. Written by `npm run docs:permissions`. */
export function permissionsDocument(): string {
  const lines = [
    "# Permissions",
    "",
    "Made from `domain/access/model.ts`; a test fails when this page is not current. Verbs, pages, navigation and buttons read the same table.",
    "",
    ...ROLES.map((role) => `- **${ROLE_LABELS[role]}**: ${ROLE_DESCRIPTIONS[role]}`),
    "",
    `| Permission | | ${ROLES.map((role) => ROLE_LABELS[role]).join(" | ")} |`,
    `| --- | --- | ${ROLES.map(() => "---").join(" | ")} |`,
    ...permissionTable().map(
      (row) => `| \`${row.permission}\` | ${row.sentence} | ${ROLES.map((role) => MARK[row.cells[role]]).join(" | ")} |`,
    ),
    "",
    '"If switched on": an admin decides it for each member. API keys carry scopes of their own: `profile_api:read` is held by keys only.',
    "",
  ];
  return lines.join("\n");
}

import { Check, Eye, Minus } from "lucide-react";
import type { Metadata } from "next";
import { requireUser } from "@/app/_server/auth";
import { PageHeader } from "@/components/layout/page-header";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { permissionTable, ROLE_DESCRIPTIONS, ROLE_LABELS, ROLES, type Cell } from "@/domain/access";

export const metadata: Metadata = { title: "Permissions" };

const CELLS: Record<Cell, { icon: typeof Check; text: string; className: string }> = {
  yes: { icon: Check, text: "Yes", className: "text-success-text" },
  no: { icon: Minus, text: "No", className: "text-muted-foreground" },
  member: { icon: Eye, text: "If switched on for the member", className: "text-warning-text" },
};

export default async function PermissionsPage() {
  await requireUser("members:read");
  return (
    <>
      <PageHeader
        title="Permissions"
        description="What each role may do. Screens, actions and the API all read this one table; it is fixed in this release."
      />
      <dl className="grid gap-3 sm:grid-cols-3">
        {ROLES.map((role) => (
          <div key={role} className="rounded-lg border bg-card p-3">
            <dt className="text-sm font-medium">{ROLE_LABELS[role]}</dt>
            <dd className="text-xs text-muted-foreground">{ROLE_DESCRIPTIONS[role]}</dd>
          </div>
        ))}
      </dl>
      <Table aria-label="Permissions by role">
        <TableCaption className="sr-only">Permissions by role</TableCaption>
        <TableHeader>
          <TableRow>
            <TableHead>Permission</TableHead>
            {ROLES.map((role) => (
              <TableHead key={role} className="w-28 text-center">
                {ROLE_LABELS[role]}
              </TableHead>
            ))}
          </TableRow>
        </TableHeader>
        <TableBody>
          {permissionTable().map((row) => (
            <TableRow key={row.permission}>
              <TableHead scope="row" className="h-auto py-1.5 font-normal whitespace-normal">
                <span className="block text-sm text-foreground">{row.sentence}</span>
                <span className="block font-mono text-2xs">{row.permission}</span>
              </TableHead>
              {ROLES.map((role) => {
                const { icon: Icon, text, className } = CELLS[row.cells[role]];
                return (
                  <TableCell key={role} className="text-center">
                    <Icon aria-hidden className={`mx-auto size-4 ${className}`} />
                    <span className="sr-only">{text}</span>
                  </TableCell>
                );
              })}
            </TableRow>
          ))}
        </TableBody>
      </Table>
      <p className="flex items-center gap-2 text-xs text-muted-foreground">
        <Eye aria-hidden className="size-3.5 text-warning-text" />
        Switched on or off for each member under Members. API keys carry scopes of their own.
      </p>
    </>
  );
}

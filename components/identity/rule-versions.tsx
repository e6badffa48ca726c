import { Badge } from "@/components/ui/badge";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import type { IdentityRulesView } from "@/domain/identity/model";
import { formatTime } from "./format-time";

/** Every version of the rules that was ever in force. */
export function RuleVersions({ view }: { view: IdentityRulesView }) {
  return (
    <Table aria-label="Versions of the rules">
      <TableHeader>
        <TableRow>
          <TableHead>Version</TableHead>
          <TableHead>Saved</TableHead>
          <TableHead>By</TableHead>
          <TableHead>Note</TableHead>
        </TableRow>
      </TableHeader>
      <TableBody>
        {view.versions.map((version) => (
          <TableRow key={version.version}>
            <TableCell className="tabular-nums">
              <span className="flex items-center gap-2">
                {version.version}
                {version.current ? <Badge variant="success">In force</Badge> : null}
              </span>
            </TableCell>
            <TableCell className="whitespace-nowrap text-muted-foreground">
              {version.createdAt === null ? "With the install" : formatTime(version.createdAt)}
            </TableCell>
            <TableCell>{version.createdBy ?? ""}</TableCell>
            <TableCell>{version.note ?? ""}</TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

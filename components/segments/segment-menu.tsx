"use client";

import { Copy, Download, EllipsisVertical, FileJson, Camera, RefreshCw } from "lucide-react";
import { useRouter } from "next/navigation";
import { useAction } from "@/components/layout/use-action";
import { useViewer } from "@/components/layout/viewer";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { toast } from "@/components/ui/sonner";
import type { Result } from "@/domain/kernel/model";
import type { SegmentDetail } from "@/domain/segments/contracts";

export interface SegmentMenuActions {
  duplicate: (input: { id: string }) => Promise<Result<{ id: string }>>;
  recompute: (input: { id: string }) => Promise<Result<null>>;
  snapshot: (input: { segmentId: string }) => Promise<Result<{ id: string; size: number }>>;
}

/** What one can do with a segment besides editing its rule. */
export function SegmentMenu({
  segment,
  mayWrite,
  onChanged,
  ...actions
}: SegmentMenuActions & { segment: SegmentDetail; mayWrite: boolean; onChanged: () => void }) {
  const router = useRouter();
  const { can } = useViewer();
  const duplicate = useAction(actions.duplicate, { success: "Copied", onSuccess: ({ id }) => router.push(`/segments/${id}/edit`) });
  const recompute = useAction(actions.recompute, { success: "It is computed afresh in the background.", onSuccess: onChanged });
  const snapshot = useAction(actions.snapshot, {
    onSuccess: ({ id, size }) =>
      toast.success(`A list with ${size.toLocaleString("en")} ${size === 1 ? "person" : "people"} was made`, {
        action: { label: "Open list", onClick: () => router.push(`/segments/lists/${id}`) },
      }),
  });
  const path = `/api/segments/${encodeURIComponent(segment.id)}`;
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button
          variant="outline"
          size="icon"
          aria-label="More for this segment"
          pending={duplicate.pending || recompute.pending || snapshot.pending}
        >
          <EllipsisVertical aria-hidden />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end" className="w-60">
        {mayWrite && (
          <>
            <DropdownMenuItem onSelect={() => void recompute.run({ id: segment.id })}>
              <RefreshCw aria-hidden />
              Recompute
            </DropdownMenuItem>
            <DropdownMenuItem onSelect={() => void duplicate.run({ id: segment.id })}>
              <Copy aria-hidden />
              Duplicate
            </DropdownMenuItem>
            <DropdownMenuItem onSelect={() => void snapshot.run({ segmentId: segment.id })}>
              <Camera aria-hidden />
              Take a snapshot as a list
            </DropdownMenuItem>
            <DropdownMenuSeparator />
          </>
        )}
        {can("profiles:export") && (
          <DropdownMenuItem asChild>
            <a href={`${path}/export`} download>
              <Download aria-hidden />
              Download members as CSV
            </a>
          </DropdownMenuItem>
        )}
        <DropdownMenuItem asChild>
          <a href={`${path}/definition`} download>
            <FileJson aria-hidden />
            Download definition as JSON
          </a>
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}

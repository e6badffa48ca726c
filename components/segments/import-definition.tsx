"use client";

import { FileJson } from "lucide-react";
import { useRef } from "react";
import { Button } from "@/components/ui/button";
import { toast } from "@/components/ui/sonner";
import type { SegmentFileDraft } from "@/domain/segments/contracts";
import { postJson } from "./queries";

const MAX_BYTES = 1_000_000;

/** Opens an exported definition as a draft in the builder; nothing is saved by it. */
export function ImportDefinition({ onUse }: { onUse: (draft: SegmentFileDraft) => void }) {
  const picker = useRef<HTMLInputElement>(null);
  const read = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    if (file.size > MAX_BYTES) {
      toast.error("This file is too large for a segment. Choose one that was exported from a segment.");
      return;
    }
    try {
      const draft = await postJson<SegmentFileDraft>("/api/segments/import", { text: await file.text() });
      if (draft.missing.length > 0)
        toast.warning(`Not here: ${draft.missing.join(", ")}.`, { description: "Rows with it are muted: choose others, or delete them." });
      onUse(draft);
    } catch (error) {
      toast.error(error instanceof Error ? error.message : "The file could not be read.");
    }
  };
  return (
    <>
      <input
        ref={picker}
        type="file"
        accept=".json,application/json"
        aria-label="Definition as JSON"
        className="sr-only"
        tabIndex={-1}
        onChange={(event) => {
          void read(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
      <Button variant="outline" onClick={() => picker.current?.click()}>
        <FileJson aria-hidden />
        Import JSON
      </Button>
    </>
  );
}

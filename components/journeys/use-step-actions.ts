"use client";

import { useMemo, useRef, useState, useEffect } from "react";
import { toast } from "@/components/ui/sonner";
import type { JourneyDefinition } from "@/domain/journeys/model";
import { canMove, canPaste, copyPart, movePart, nodeOf, partIds, pastePart, removeNode, removePart, spotBefore, type Spot } from "./edit";
import type { Clipboard, StepActions } from "./editor-context";
import { newPartId } from "./kinds";
import { ENTRY_ID } from "./layout";
import { stepName } from "./words";

const NOTHING: ReadonlySet<string> = new Set();

/** Choosing, adding, copying, moving and deleting steps, with what is chosen next and what is said about it. */
export function useStepActions({
  drawing,
  edit,
  select,
  readOnly,
}: {
  drawing: JourneyDefinition;
  edit: (change: (drawing: JourneyDefinition) => JourneyDefinition) => void;
  select: StepActions["select"];
  readOnly: boolean;
}) {
  const [picking, setPicking] = useState<Spot | null>(null);
  const [clipboard, setClipboard] = useState<Clipboard | null>(null);
  const [said, setSaid] = useState("");
  const latest = useRef({ drawing, edit, select, clipboard });
  useEffect(() => {
    latest.current = { drawing, edit, select, clipboard };
  });
  const actions = useMemo<StepActions>(() => {
    const nameOf = (id: string) => {
      const node = nodeOf(latest.current.drawing, id);
      return node ? stepName(node) : "step";
    };
    return {
      select: (id, focus) => latest.current.select(id, focus),
      add: (spot) => {
        if (!readOnly) setPicking(spot);
      },
      remove: (id, whole) => {
        const before = spotBefore(latest.current.drawing, id);
        const count = whole ? partIds(latest.current.drawing, id).size : 1;
        const text = count > 1 ? `${count} steps deleted` : `“${nameOf(id)}” deleted`;
        latest.current.edit((now) => (whole ? removePart(now, id) : removeNode(now, id)));
        latest.current.select(before?.node ?? ENTRY_ID, "step");
        setSaid(`${text}. Undo with Control Z.`);
        toast(text, { description: "Undo with Ctrl Z." });
      },
      copy: (id, whole) => {
        setClipboard({ part: copyPart(latest.current.drawing, id, whole), moving: null });
        setSaid(`“${nameOf(id)}” copied`);
        toast(`“${nameOf(id)}” copied`, { description: "Choose a step and press Ctrl V, or “Put here” in the outline." });
      },
      cut: (id) => {
        setClipboard({ part: copyPart(latest.current.drawing, id, true), moving: id });
        setSaid(`“${nameOf(id)}” is being moved`);
        toast(`“${nameOf(id)}” is being moved`, { description: "Choose where: Ctrl V after a step, or “Put here” in the outline." });
      },
      paste: (spot) => {
        const { clipboard: held, drawing: now } = latest.current;
        if (!held) return;
        if (held.moving !== null) {
          if (!canMove(now, held.moving, spot)) {
            toast.error("It cannot stand here: not below itself, and not before other steps where all its ways end.");
            return;
          }
          const { moving } = held;
          latest.current.edit((drawn) => movePart(drawn, moving, spot));
          setClipboard(null);
          latest.current.select(moving, "step");
          setSaid("Moved");
          return;
        }
        if (!canPaste(now, spot, held.part)) {
          toast.error("All ways of this part end: it can only stand where nothing comes after it.");
          return;
        }
        // Ids are made here, so that the edit stays pure.
        const names = new Map(held.part.nodes.map(({ id }) => [id, newPartId()]));
        const ids = [...names.values()];
        latest.current.edit((drawn) => {
          let at = 0;
          return pastePart(drawn, spot, held.part, () => ids[at++] ?? newPartId());
        });
        latest.current.select(names.get(held.part.root) ?? null, "step");
        setSaid("Put in");
      },
    };
  }, [readOnly]);
  const movingId = clipboard?.moving ?? null;
  const moving = useMemo(() => (movingId === null ? NOTHING : partIds(drawing, movingId)), [drawing, movingId]);
  return { actions, picking, setPicking, clipboard, setClipboard, moving, said, setSaid };
}

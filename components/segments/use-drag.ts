"use client";

import { useMemo, useRef, useState, type PointerEvent as ReactPointerEvent } from "react";

export interface DropTarget {
  parent: string;
  index: number;
}
export interface Drag {
  dragging: string | null;
  target: DropTarget | null;
  /** Props of a row's handle. */
  handle: (id: string) => {
    onPointerDown: (event: ReactPointerEvent<HTMLElement>) => void;
    onPointerMove: (event: ReactPointerEvent<HTMLElement>) => void;
    onPointerUp: (event: ReactPointerEvent<HTMLElement>) => void;
    onPointerCancel: (event: ReactPointerEvent<HTMLElement>) => void;
  };
}

const THRESHOLD = 4;

/**
 * Dragging rows by their handle with a pointer. Rows carry `data-drop="<parent> <index>"`, the ends of groups
 * `data-drop-end="<parent> <length>"`; the row under the pointer decides, its upper half before it, its lower half after.
 */
export function useDrag(onDrop: (id: string, target: DropTarget) => void): Drag {
  const [dragging, setDragging] = useState<string | null>(null);
  const [target, setTarget] = useState<DropTarget | null>(null);
  const start = useRef<{ id: string; x: number; y: number; moving: boolean } | null>(null);
  const last = useRef<DropTarget | null>(null);
  return useMemo(() => {
    const end = () => {
      start.current = null;
      last.current = null;
      setDragging(null);
      setTarget(null);
    };
    return {
      dragging,
      target,
      handle: (id) => ({
        onPointerDown: (event) => {
          if (event.button !== 0) return;
          start.current = { id, x: event.clientX, y: event.clientY, moving: false };
          event.currentTarget.setPointerCapture(event.pointerId);
        },
        onPointerMove: (event) => {
          const from = start.current;
          if (!from) return;
          if (!from.moving && Math.hypot(event.clientX - from.x, event.clientY - from.y) < THRESHOLD) return;
          from.moving = true;
          setDragging(from.id);
          const found = targetAt(event.clientX, event.clientY, from.id);
          last.current = found;
          setTarget((before) => (before?.parent === found?.parent && before?.index === found?.index ? before : found));
        },
        onPointerUp: () => {
          const from = start.current;
          const to = last.current;
          end();
          if (from?.moving && to) onDrop(from.id, to);
        },
        onPointerCancel: end,
      }),
    };
  }, [dragging, target, onDrop]);
}

function targetAt(x: number, y: number, id: string): DropTarget | null {
  for (const element of document.elementsFromPoint(x, y)) {
    const end = element.closest<HTMLElement>("[data-drop-end]");
    const row = element.closest<HTMLElement>("[data-drop]");
    const inner = end && (!row || row.contains(end)) ? end : row;
    if (!inner || inner.closest(`[data-node="${CSS.escape(id)}"]`)) continue;
    const [parent = "", index = "0"] = (inner === end ? end.dataset.dropEnd : row?.dataset.drop)?.split(" ") ?? [];
    if (inner === end) return { parent, index: Number(index) };
    const box = inner.getBoundingClientRect();
    return { parent, index: Number(index) + (y > box.top + box.height / 2 ? 1 : 0) };
  }
  return null;
}

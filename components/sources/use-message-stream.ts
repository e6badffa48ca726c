"use client";

import { useEffect, useRef, useState } from "react";
import type { DebuggerItem } from "@/domain/sources/model";

export type StreamState = "connecting" | "open" | "retrying" | "ended" | "failed";

interface Batch {
  items: DebuggerItem[];
  left: number;
}

export interface MessageStream {
  /** Newest first, at most `keep`. */
  items: DebuggerItem[];
  state: StreamState;
  /** Why the server ended the stream ("Your session has ended."). */
  reason: string | null;
  /** Messages that arrived faster than they can be shown, since the page was opened. */
  left: number;
  clear(): void;
}

/**
 * Messages of a source as they arrive. The browser reconnects by itself and names the last event id, from which the
 * server goes on without loss or repetition; what comes twice is dropped by its id all the same.
 */
export function useMessageStream(sourceId: string, { keep = 2_000 }: { keep?: number } = {}): MessageStream {
  const [items, setItems] = useState<DebuggerItem[]>([]);
  const [state, setState] = useState<StreamState>("connecting");
  const [reason, setReason] = useState<string | null>(null);
  const [left, setLeft] = useState(0);
  const seen = useRef(new Set<string>());

  useEffect(() => {
    const source = new EventSource(`/api/sources/${encodeURIComponent(sourceId)}/stream`);
    source.addEventListener("open", () => setState("open"));
    source.addEventListener("messages", (event) => {
      const batch = JSON.parse((event as MessageEvent<string>).data) as Batch;
      setState("open");
      const fresh = batch.items.filter((item) => !seen.current.has(item.id));
      for (const item of fresh) seen.current.add(item.id);
      if (batch.left > 0) setLeft((count) => count + batch.left);
      if (fresh.length === 0) return;
      setItems((before) => {
        const next = [...fresh.reverse(), ...before];
        for (const gone of next.slice(keep)) seen.current.delete(gone.id);
        return next.slice(0, keep);
      });
    });
    source.addEventListener("ended", (event) => {
      // Without this the browser would knock at a closed door for ever.
      source.close();
      setState("ended");
      setReason((JSON.parse((event as MessageEvent<string>).data) as { message: string }).message);
    });
    source.addEventListener("error", () => setState(source.readyState === EventSource.CLOSED ? "failed" : "retrying"));
    return () => source.close();
  }, [sourceId, keep]);

  return { items, state, reason, left, clear: () => setItems([]) };
}

"use client";

import { useEffect, useRef, useState } from "react";
import type { DebuggerItem } from "@/domain/sources/model";

export type StreamState = "connecting" | "open" | "retrying" | "ended" | "failed";

interface Batch {
  items: DebuggerItem[];
  left: number;
}

const HIDDEN_MS = 20_000;

export interface MessageStream {
  /** Newest first, at most `keep`. */
  items: DebuggerItem[];
  state: StreamState;
  /** Why the server ended the stream ("Your session has ended."). */
  reason: string | null;
  /** Messages that arrived faster than they can be shown, since the page was opened. */
  left: number;
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
    let source: EventSource | null = null;
    let lastId = "";
    let over = false;
    const close = () => {
      source?.close();
      source = null;
    };
    const connect = () => {
      if (source || over) return;
      const since = lastId === "" ? "" : `?since=${lastId}`;
      const opened = new EventSource(`/api/sources/${encodeURIComponent(sourceId)}/stream${since}`);
      source = opened;
      opened.addEventListener("open", () => setState("open"));
      opened.addEventListener("messages", (event) => {
        const { data, lastEventId } = event as MessageEvent<string>;
        const batch = JSON.parse(data) as Batch;
        lastId = lastEventId;
        setState("open");
        const fresh = batch.items.filter((item) => !seen.current.has(item.id));
        for (const item of fresh) seen.current.add(item.id);
        if (batch.left > 0) setLeft((count) => count + batch.left);
        if (fresh.length === 0) return;
        fresh.reverse();
        setItems((before) => [...fresh, ...before].slice(0, keep));
      });
      opened.addEventListener("ended", (event) => {
        // Without this the browser would knock at a closed door for ever.
        over = true;
        close();
        setState("ended");
        setReason((JSON.parse((event as MessageEvent<string>).data) as { message: string }).message);
      });
      opened.addEventListener("error", () => setState(opened.readyState === EventSource.CLOSED ? "failed" : "retrying"));
    };
    // A tab in the background gives its connection back (a browser has six to a host) and goes on where it was.
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onVisibility = () => {
      clearTimeout(timer);
      if (document.visibilityState === "visible") connect();
      else timer = setTimeout(close, HIDDEN_MS);
    };
    connect();
    document.addEventListener("visibilitychange", onVisibility);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", onVisibility);
      close();
    };
  }, [sourceId, keep]);

  return { items, state, reason, left };
}

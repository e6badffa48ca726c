"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import type { JourneyDefinition } from "@/domain/journeys/model";
import type { Result } from "@/domain/kernel/model";
import { fetchJourney } from "./queries";
import { storable } from "./storable";

const PAUSE_MS = 1_200;
const RETRY_MS = 8_000;

export interface Conflict {
  readonly base: JourneyDefinition;
  readonly theirs: JourneyDefinition;
  readonly revision: number;
  readonly by: string | null;
}
export type SaveState = "saved" | "unsaved" | "saving" | "failed" | "conflict";

export interface Autosave {
  readonly state: SaveState;
  readonly error: string | null;
  readonly conflict: Conflict | null;
  /** Saves at once what is not saved; whether the drawing as it stands is then on the server. */
  flush: () => Promise<boolean>;
  /** Goes on from their version: with their drawing in the editor, or with ours over it. */
  settle: (keep: "mine" | "theirs") => void;
}

/**
 * Saves the drawing when it has stood still for a moment, one save after the other, each based on the revision before.
 * Where somebody else saved meanwhile, it stops and reads their drawing for the comparison.
 */
export function useAutosave(
  journey: { id: string; draft: JourneyDefinition; revision: number },
  drawing: JourneyDefinition,
  save: (input: { id: string; basedOn: number; definition: JourneyDefinition }) => Promise<Result<{ revision: number }>>,
  enabled: boolean,
): Autosave {
  const [state, setState] = useState<SaveState>("saved");
  const [error, setError] = useState<string | null>(null);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const saved = useRef({ drawing: journey.draft, revision: journey.revision });
  const latest = useRef(drawing);
  const running = useRef<Promise<boolean> | null>(null);
  const stopped = useRef(false);
  useEffect(() => {
    latest.current = drawing;
  });

  const write = useCallback(async (): Promise<boolean> => {
    for (;;) {
      const now = latest.current;
      if (stopped.current) return false;
      if (now === saved.current.drawing) {
        setState("saved");
        return true;
      }
      setState("saving");
      const result = await save({ id: journey.id, basedOn: saved.current.revision, definition: storable(now) }).catch(
        (): Result<{ revision: number }> => ({
          ok: false,
          error: { code: "INTERNAL", message: "The server did not answer. The drawing is kept here and saved again in a moment." },
        }),
      );
      if (result.ok) {
        saved.current = { drawing: now, revision: result.data.revision };
        setError(null);
        continue;
      }
      if (result.error.code === "CONFLICT") {
        stopped.current = true;
        const theirs = await fetchJourney(journey.id).catch(() => null);
        if (theirs) {
          setConflict({ base: saved.current.drawing, theirs: theirs.draft, revision: theirs.revision, by: theirs.draftBy });
          setState("conflict");
          return false;
        }
        stopped.current = false;
      }
      setError(result.error.message);
      setState("failed");
      return false;
    }
  }, [journey.id, save]);

  const flush = useCallback(async (): Promise<boolean> => {
    // A save under way may be of an older drawing: then there is one more.
    if (running.current) await running.current;
    const run = write();
    running.current = run;
    const done = await run;
    running.current = null;
    return done;
  }, [write]);

  useEffect(() => {
    if (!enabled || drawing === saved.current.drawing || stopped.current) return;
    setState((before) => (before === "saving" ? before : "unsaved"));
    const timer = setTimeout(() => void flush(), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [drawing, enabled, flush]);

  useEffect(() => {
    if (state !== "failed") return;
    const timer = setTimeout(() => void flush(), RETRY_MS);
    return () => clearTimeout(timer);
  }, [state, flush]);

  useEffect(() => {
    if (!enabled) return;
    const onUnload = (event: BeforeUnloadEvent) => {
      if (latest.current !== saved.current.drawing) event.preventDefault();
    };
    window.addEventListener("beforeunload", onUnload);
    return () => {
      window.removeEventListener("beforeunload", onUnload);
      // Leaving by a link within the product: what is not saved yet goes out now.
      if (latest.current !== saved.current.drawing) void flush();
    };
  }, [enabled, flush]);

  const settle = useCallback(
    (keep: "mine" | "theirs") => {
      if (!conflict) return;
      saved.current = { drawing: conflict.theirs, revision: conflict.revision };
      stopped.current = false;
      setConflict(null);
      setState(keep === "mine" ? "unsaved" : "saved");
      if (keep === "mine") void flush();
      else latest.current = conflict.theirs;
    },
    [conflict, flush],
  );
  return { state, error, conflict, flush, settle };
}

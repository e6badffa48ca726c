"use client";

import type { KeyboardEvent } from "react";
import type { RuleNode } from "@/domain/segments/model";
import { useBuilder } from "./builder-context";
import { cloneNode, newNodeId, place } from "./builder-state";

export interface Verbs {
  move: (to: "up" | "down" | "in" | "out") => void;
  copy: () => void;
  mute: () => void;
  negate: () => void;
  wrap: () => void;
  unwrap: () => void;
  remove: () => void;
}

/** What one can do with a node, with focus and announcement taken care of. */
export function useVerbs(node: RuleNode): Verbs {
  const { rule, dispatch, focusNode, announce } = useBuilder();
  const { id } = node;
  return {
    move: (to) => {
      dispatch({ type: "move", id, to });
      focusNode(id, "handle");
    },
    copy: () => {
      const copy = cloneNode(node, newNodeId);
      dispatch({ type: "copy", id, copy });
      focusNode(copy.id, "handle");
      announce("Copied below");
    },
    mute: () => {
      dispatch({ type: "mute", id });
      focusNode(id, "handle");
      announce(node.muted ? "Takes part again" : "Muted: it takes no part");
    },
    negate: () => {
      dispatch({ type: "negate", id });
      focusNode(id, "handle");
      announce(node.negate ? "No longer negated" : "Negated");
    },
    wrap: () => {
      dispatch({ type: "wrap", id, groupId: newNodeId(), match: "any" });
      focusNode(id, "handle");
      announce("Wrapped in a group, any of");
    },
    unwrap: () => {
      dispatch({ type: "unwrap", id });
      const first = node.kind === "group" ? node.children[0] : undefined;
      if (first) focusNode(first.id, "handle");
      announce("Group taken apart");
    },
    remove: () => {
      const at = place(rule.root, id);
      const next = at && (at.parent.children[at.index + 1] ?? at.parent.children[at.index - 1] ?? at.parent);
      dispatch({ type: "remove", id });
      if (next) focusNode(next.id, "handle");
      announce("Deleted. Undo with Control Z");
    },
  };
}

/** Shortcuts anywhere in a row; on its handle the plain keys do as well. */
export function onNodeKey(event: KeyboardEvent<HTMLElement>, verbs: Verbs): void {
  const onHandle = event.target instanceof HTMLElement && event.target.dataset.handle !== undefined;
  if (event.ctrlKey || event.metaKey || event.shiftKey || (!event.altKey && !onHandle)) return;
  const verb = {
    ArrowUp: () => verbs.move("up"),
    ArrowDown: () => verbs.move("down"),
    ArrowRight: () => verbs.move("in"),
    ArrowLeft: () => verbs.move("out"),
    KeyD: verbs.copy,
    KeyM: verbs.mute,
    KeyN: verbs.negate,
    KeyG: verbs.wrap,
    Delete: verbs.remove,
  }[event.code];
  if (!verb) return;
  event.preventDefault();
  event.stopPropagation();
  verb();
}

"use client";

import {
  ArrowDown,
  ArrowUp,
  ChevronsLeft,
  ChevronsRight,
  Copy,
  EllipsisVertical,
  Eye,
  EyeOff,
  GripVertical,
  Group as GroupIcon,
  Slash,
  Trash2,
  Ungroup,
} from "lucide-react";
import { useRef, type ReactNode } from "react";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuShortcut,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import type { RuleNode } from "@/domain/segments/model";
import { useBuilder } from "./builder-context";
import { canUnwrap, place } from "./builder-state";
import type { Verbs } from "./node-verbs";

export function Handle({ id, label }: { id: string; label: string }) {
  const { drag } = useBuilder();
  return (
    <button
      type="button"
      data-handle={id}
      aria-label={`Move: ${label}`}
      title="Drag, or use the arrow keys: up, down, right into the group beside, left out of this group"
      className="grid size-7 shrink-0 cursor-grab touch-none place-content-center rounded-md text-muted-foreground hover:bg-accent hover:text-foreground active:cursor-grabbing"
      {...drag.handle(id)}
    >
      <GripVertical aria-hidden className="size-4" />
    </button>
  );
}

export function NodeMenu({ node, label, verbs }: { node: RuleNode; label: string; verbs: Verbs }) {
  const { rule, focusNode } = useBuilder();
  const at = place(rule.root, node.id);
  const chosen = useRef(false);
  if (!at) return null;
  const beside = [at.parent.children[at.index - 1], at.parent.children[at.index + 1]].some((one) => one?.kind === "group");
  const item = (text: string, icon: ReactNode, run: () => void, key?: string, disabled = false) => (
    <DropdownMenuItem
      disabled={disabled}
      onSelect={() => {
        chosen.current = true;
        run();
      }}
    >
      {icon}
      {text}
      {key && <DropdownMenuShortcut>{key}</DropdownMenuShortcut>}
    </DropdownMenuItem>
  );
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" size="icon-sm" aria-label={`More for: ${label}`} className="text-muted-foreground">
          <EllipsisVertical aria-hidden />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent
        align="end"
        className="w-60"
        onCloseAutoFocus={(event) => {
          if (!chosen.current) return;
          // The verb has said where the focus goes.
          chosen.current = false;
          event.preventDefault();
          focusNode("", "handle");
        }}
      >
        {item("Move up", <ArrowUp aria-hidden />, () => verbs.move("up"), "Alt ↑", at.index === 0)}
        {item("Move down", <ArrowDown aria-hidden />, () => verbs.move("down"), "Alt ↓", at.index === at.parent.children.length - 1)}
        {item("Into the group beside", <ChevronsRight aria-hidden />, () => verbs.move("in"), "Alt →", !beside)}
        {item("Out of this group", <ChevronsLeft aria-hidden />, () => verbs.move("out"), "Alt ←", at.parent.id === rule.root.id)}
        <DropdownMenuSeparator />
        {item("Copy", <Copy aria-hidden />, verbs.copy, "Alt D")}
        {item(node.muted ? "Unmute" : "Mute", node.muted ? <Eye aria-hidden /> : <EyeOff aria-hidden />, verbs.mute, "Alt M")}
        {item(node.negate ? "Take “not” away" : "Negate", <Slash aria-hidden />, verbs.negate, "Alt N")}
        {item("Wrap in a group", <GroupIcon aria-hidden />, verbs.wrap, "Alt G")}
        {node.kind === "group" &&
          item("Take the group apart", <Ungroup aria-hidden />, verbs.unwrap, undefined, !canUnwrap(at.parent, node))}
        <DropdownMenuSeparator />
        <DropdownMenuItem
          variant="destructive"
          onSelect={() => {
            chosen.current = true;
            verbs.remove();
          }}
        >
          <Trash2 aria-hidden />
          Delete
          <DropdownMenuShortcut>Alt Del</DropdownMenuShortcut>
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}

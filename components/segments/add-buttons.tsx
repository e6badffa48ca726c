"use client";

import { Group as GroupIcon, Plus } from "lucide-react";
import { Fragment, useRef } from "react";
import { Button } from "@/components/ui/button";
import { DropdownMenu, DropdownMenuContent, DropdownMenuItem, DropdownMenuLabel, DropdownMenuTrigger } from "@/components/ui/dropdown-menu";
import type { Group, Match, RuleNode } from "@/domain/segments/model";
import { useBuilder } from "./builder-context";
import { newNodeId } from "./builder-state";
import { whereabouts } from "./draft";
import { LEAF_CHOICES } from "./leaf-kinds";

export const WORD: Record<Match, string> = { all: "and", any: "or", none: "nor" };

export function AddButtons({ group }: { group: Group }) {
  const { rule, dispatch, maySql, focusNode, announce } = useBuilder();
  const chosen = useRef(false);
  const where = group.id === rule.root.id ? "" : " to this group";
  const add = (node: RuleNode) => {
    dispatch({ type: "add", parent: group.id, node });
    focusNode(node.id, "control");
    announce(`Added: ${whereabouts({ ...group, children: [...group.children, node] }, node.id)}`);
  };
  return (
    <div className="flex flex-wrap items-center gap-1 pl-8">
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button
            variant={group.children.length === 0 && group.id === rule.root.id ? "default" : "ghost"}
            size="sm"
            aria-label={`Add a condition${where}`}
            data-add={group.id}
          >
            <Plus aria-hidden />
            {group.children.length === 0 ? "Condition" : `${WORD[group.match]} …`}
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent
          align="start"
          className="w-72"
          onCloseAutoFocus={(event) => {
            if (!chosen.current) return;
            chosen.current = false;
            event.preventDefault();
            focusNode("", "control");
          }}
        >
          {LEAF_CHOICES.map(({ label, choices }) => (
            <Fragment key={label}>
              <DropdownMenuLabel>{label}</DropdownMenuLabel>
              {choices
                .filter((choice) => choice.kind !== "sql" || maySql)
                .map((choice) => (
                  <DropdownMenuItem
                    key={`${choice.kind}${choice.variant ?? ""}`}
                    onSelect={() => {
                      chosen.current = true;
                      add(choice.make(newNodeId()));
                    }}
                  >
                    <choice.icon aria-hidden />
                    <span className="grid">
                      <span>{choice.label}</span>
                      <span className="text-xs text-muted-foreground">{choice.hint}</span>
                    </span>
                  </DropdownMenuItem>
                ))}
            </Fragment>
          ))}
        </DropdownMenuContent>
      </DropdownMenu>
      <Button
        variant="ghost"
        size="sm"
        className="text-muted-foreground"
        aria-label={`Add a group${where}`}
        onClick={() => add({ kind: "group", id: newNodeId(), match: group.match === "any" ? "all" : "any", children: [] })}
      >
        <GroupIcon aria-hidden />
        Group
      </Button>
    </div>
  );
}

"use client";

import { Command } from "cmdk";
import { Search } from "lucide-react";
import { useState } from "react";
import { cn } from "@/components/ui/cn";
import { Dialog, DialogContent, DialogDescription, DialogTitle } from "@/components/ui/dialog";
import { findChoices, GROUP_TINT, type StepChoice } from "./kinds";

/** Everything that can be added, by group, found by typing. */
export function StepPicker({
  where,
  atEnd,
  onPick,
  onClose,
}: {
  /** "after Wait, branch Yes". */
  where: string;
  /** Nothing comes after the place: an exit may stand there. */
  atEnd: boolean;
  onPick: (choice: StepChoice) => void;
  onClose: () => void;
}) {
  const [typed, setTyped] = useState("");
  const groups = findChoices(typed);
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        className="max-w-md gap-0 overflow-hidden p-0"
        closeButton={false}
        onCloseAutoFocus={(event) => event.preventDefault()}
      >
        <DialogTitle className="sr-only">Add a step</DialogTitle>
        <DialogDescription className="sr-only">
          The step is added {where}. Type to search, arrows to choose, Enter to add.
        </DialogDescription>
        <Command shouldFilter={false} label="Steps" className="flex max-h-[min(70vh,34rem)] flex-col">
          <div className="flex items-center gap-2 border-b px-3">
            <Search aria-hidden className="size-4 text-muted-foreground" />
            <Command.Input
              value={typed}
              onValueChange={setTyped}
              placeholder={`Add a step ${where}`}
              className="h-11 w-full bg-transparent text-sm outline-none placeholder:text-muted-foreground"
            />
          </div>
          <Command.List className="overflow-y-auto p-1.5">
            {groups.length === 0 && (
              <Command.Empty className="px-3 py-8 text-center text-sm text-muted-foreground">No step is called that.</Command.Empty>
            )}
            {groups.map(({ group, choices }) => (
              <Command.Group
                key={group}
                heading={group}
                className="[&>[cmdk-group-heading]]:px-2 [&>[cmdk-group-heading]]:py-1.5 [&>[cmdk-group-heading]]:text-xs [&>[cmdk-group-heading]]:font-medium [&>[cmdk-group-heading]]:text-muted-foreground"
              >
                {choices.map((choice) => {
                  const refused = choice.kind === "exit" && !atEnd;
                  return (
                    <Command.Item
                      key={choice.key}
                      value={choice.key}
                      disabled={refused}
                      onSelect={() => onPick(choice)}
                      className="flex min-h-11 cursor-default items-center gap-2.5 rounded-md px-2 py-1 aria-disabled:opacity-55 data-[selected=true]:bg-accent"
                    >
                      <span className={cn("grid size-7 shrink-0 place-content-center rounded-md", GROUP_TINT[choice.group])}>
                        <choice.icon aria-hidden className="size-4" />
                      </span>
                      <span className="grid min-w-0">
                        <span className="text-sm font-medium">{choice.label}</span>
                        <span className="truncate text-xs text-muted-foreground">
                          {refused ? "Only where nothing comes after it" : choice.hint}
                        </span>
                      </span>
                    </Command.Item>
                  );
                })}
              </Command.Group>
            ))}
          </Command.List>
        </Command>
      </DialogContent>
    </Dialog>
  );
}

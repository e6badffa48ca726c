"use client";

import { useRouter } from "next/navigation";
import { useEffect, useEffectEvent } from "react";
import { Dialog, DialogContent, DialogDescription, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { Kbd } from "@/components/ui/kbd";
import { NAVIGATION, SETTINGS_PAGES } from "./navigation";
import { useViewer } from "./viewer";

const SEQUENCE_MS = 1_500;

/** Whether a key press belongs to something that the person types or chooses in. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.closest("input, textarea, select, [role=menu], [role=listbox], [role=combobox]") !== null;
}

/** `g` then a letter leads to an area, `?` lists the shortcuts, `[` folds the sidebar. */
export function Shortcuts({
  open,
  onOpenChange,
  onSidebar,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onSidebar: () => void;
}) {
  const { can } = useViewer();
  const router = useRouter();
  const targets = [...NAVIGATION.flatMap((group) => group.entries), ...SETTINGS_PAGES].filter(
    (entry) => entry.key && can(entry.permission),
  );

  const go = useEffectEvent((key: string): boolean => {
    const target = targets.find((entry) => entry.key === key);
    if (target) router.push(target.href);
    return target !== undefined;
  });
  const help = useEffectEvent(() => onOpenChange(true));
  const fold = useEffectEvent(() => onSidebar());

  useEffect(() => {
    let waitingSince = 0;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector("[role=dialog], [role=alertdialog]")) return;
      if (event.timeStamp - waitingSince < SEQUENCE_MS && waitingSince > 0) {
        waitingSince = 0;
        if (go(event.key.toLowerCase())) event.preventDefault();
        return;
      }
      if (event.key === "g") waitingSince = event.timeStamp;
      else if (event.key === "?") {
        event.preventDefault();
        help();
      } else if (event.key === "[") fold();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);

  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>Keyboard shortcuts</DialogTitle>
          <DialogDescription>Everything can be reached with Tab and Enter too.</DialogDescription>
        </DialogHeader>
        <div className="grid gap-5 sm:grid-cols-2">
          <Group
            title="General"
            rows={[
              ["Search and commands", ["Ctrl", "K"]],
              ["Search", ["/"]],
              ["This list", ["?"]],
              ["Fold the sidebar", ["["]],
              ["Close what is open", ["Esc"]],
            ]}
          />
          <Group title="Go to" rows={targets.map((entry) => [entry.label, ["g", entry.key ?? ""]])} />
        </div>
      </DialogContent>
    </Dialog>
  );
}

function Group({ title, rows }: { title: string; rows: readonly (readonly [string, readonly string[]])[] }) {
  return (
    <section className="grid content-start gap-1">
      <h3 className="pb-1 text-xs font-medium text-muted-foreground">{title}</h3>
      <dl className="grid gap-1.5">
        {rows.map(([label, keys]) => (
          <div key={label} className="flex items-center justify-between gap-4">
            <dt className="text-sm">{label}</dt>
            <dd className="flex gap-1">
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

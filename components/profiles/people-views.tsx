"use client";

import { Bookmark, Check, Trash2, UsersRound } from "lucide-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { useAction } from "@/components/layout/use-action";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import type { Result } from "@/domain/kernel/errors";
import type { SavedView } from "@/domain/profiles/schemas";
import { NO_FILTER, peopleParams, type PeopleState } from "./people-params";

type ViewState = PeopleState & { sort: string; order: string; columns: string[]; density: string; view: string | null };
const KEPT = [
  "q",
  "kind",
  "country",
  "seenFrom",
  "seenTo",
  "source",
  "event",
  "valueFrom",
  "valueTo",
  "trait",
  "sort",
  "order",
  "columns",
  "density",
] as const;

/** What a view remembers: exactly what the address says, as its text. */
function textState(state: ViewState): Record<string, string> {
  const out: Record<string, string> = {};
  for (const key of KEPT) {
    const value = state[key];
    if (value !== null && value !== undefined) out[key] = (peopleParams[key].serialize as (value: unknown) => string)(value);
  }
  return out;
}

/** Back from a saved text; what this release does not understand is left out. */
function parseState(saved: Record<string, unknown>): Record<string, unknown> {
  const out: Record<string, unknown> = { ...NO_FILTER, sort: null, order: null, columns: null, density: null };
  for (const key of KEPT) {
    const text = saved[key];
    if (typeof text === "string") out[key] = (peopleParams[key].parse as (text: string) => unknown)(text);
  }
  return out;
}

export function PeopleViews({
  views,
  state,
  may,
  onApply,
  saveView,
  deleteView,
}: {
  views: readonly SavedView[];
  state: ViewState;
  may: boolean;
  onApply: (state: Record<string, unknown>) => void;
  saveView: (input: unknown) => Promise<Result<SavedView>>;
  deleteView: (id: string) => Promise<Result<null>>;
}) {
  const router = useRouter();
  const [naming, setNaming] = useState(false);
  const [name, setName] = useState("");
  const [shared, setShared] = useState(false);
  const current = views.find((view) => view.id === state.view);
  const changed = current !== undefined && JSON.stringify(textState(state)) !== JSON.stringify(current.state);
  const save = useAction(saveView, {
    success: (view) => `The view "${view.name}" is saved`,
    onSuccess: (view) => {
      setNaming(false);
      onApply({ view: view.id });
      router.refresh();
    },
    onError: () => {},
  });
  const remove = useAction(deleteView, {
    success: "The view is deleted",
    onSuccess: () => {
      onApply({ view: null });
      router.refresh();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void save.run({ name, shared, state: textState(state) });
  };
  return (
    <>
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button variant="outline">
            <Bookmark aria-hidden />
            {current ? current.name : "Views"}
            {changed ? <span className="text-muted-foreground">(changed)</span> : null}
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent align="start" className="min-w-56">
          <DropdownMenuItem onSelect={() => onApply({ ...parseState({}), view: null })}>
            {current ? null : <Check aria-hidden />}
            Everybody
          </DropdownMenuItem>
          {views.length > 0 ? <DropdownMenuSeparator /> : null}
          {views.length > 0 ? <DropdownMenuLabel>Saved views</DropdownMenuLabel> : null}
          {views.map((view) => (
            <DropdownMenuItem key={view.id} onSelect={() => onApply({ ...parseState(view.state), view: view.id })}>
              {view.id === state.view ? <Check aria-hidden /> : view.shared ? <UsersRound aria-hidden /> : <Bookmark aria-hidden />}
              <span className="flex-1 truncate">{view.name}</span>
              {view.own ? null : <span className="text-xs text-muted-foreground">{view.ownerName}</span>}
            </DropdownMenuItem>
          ))}
          {may ? (
            <>
              <DropdownMenuSeparator />
              {current?.own && changed ? (
                <DropdownMenuItem
                  onSelect={() => void save.run({ id: current.id, name: current.name, shared: current.shared, state: textState(state) })}
                >
                  Update “{current.name}”
                </DropdownMenuItem>
              ) : null}
              <DropdownMenuItem
                onSelect={() => {
                  setName("");
                  setShared(false);
                  save.clear();
                  setNaming(true);
                }}
              >
                Save as a new view…
              </DropdownMenuItem>
              {current?.own ? (
                <DropdownMenuItem variant="destructive" onSelect={() => void remove.run(current.id)}>
                  <Trash2 aria-hidden />
                  Delete “{current.name}”
                </DropdownMenuItem>
              ) : null}
            </>
          ) : null}
        </DropdownMenuContent>
      </DropdownMenu>
      <Dialog open={naming} onOpenChange={setNaming}>
        <DialogContent>
          <form onSubmit={submit} className="grid gap-4">
            <DialogHeader>
              <DialogTitle>Save this view</DialogTitle>
              <DialogDescription>Columns, filters, sort and row height, as they are now.</DialogDescription>
            </DialogHeader>
            <Field label="Name" error={save.fields.name}>
              <Input value={name} onChange={(event) => setName(event.target.value)} maxLength={80} required autoComplete="off" />
            </Field>
            <div className="flex items-center gap-2">
              <Checkbox id="view-shared" checked={shared} onCheckedChange={(checked) => setShared(checked === true)} />
              <Label htmlFor="view-shared">Everybody who sees people may use it</Label>
            </div>
            <DialogFooter>
              <Button variant="outline" onClick={() => setNaming(false)}>
                Cancel
              </Button>
              <Button type="submit" pending={save.pending}>
                Save view
              </Button>
            </DialogFooter>
          </form>
        </DialogContent>
      </Dialog>
    </>
  );
}

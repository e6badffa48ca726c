"use client";

import { FlaskConical, RotateCcw, Save } from "lucide-react";
import { useState } from "react";
import { useAction } from "@/components/layout/use-action";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Switch } from "@/components/ui/switch";
import type { IdentityRules, IdentityRulesView } from "@/domain/identity/model";
import { BlockedValues } from "./blocked-values";
import { DryRun, useDryRun } from "./dry-run";
import { IdentifierRules } from "./identifier-rules";
import type { SaveRules } from "./identity-tabs";
import { Protection } from "./protection";
import { TraitRules } from "./trait-rules";

/** All rules on one page; a change is tried on history before it is saved. */
export function RulesEditor({ view, canWrite, save }: { view: IdentityRulesView; canWrite: boolean; save: SaveRules }) {
  const [rules, setRules] = useState(view.rules);
  const [tried, setTried] = useState<IdentityRules | null>(null);
  const [note, setNote] = useState("");
  const [history, setHistory] = useState(false);
  const dryRun = useDryRun(tried);
  const changed = JSON.stringify(rules) !== JSON.stringify(view.rules);
  const saving = useAction(save, {
    success: ({ version, jobId }) =>
      jobId === null ? `Version ${version} is in force for new messages` : `Version ${version} is saved; history is being replayed`,
    onSuccess: () => setTried(null),
  });
  const change = (part: Partial<IdentityRules>) => setRules((now) => ({ ...now, ...part }));
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4 pb-4">
      <IdentifierRules
        rules={rules.identifiers}
        unreviewed={view.unreviewed}
        canWrite={canWrite}
        onChange={(identifiers) => change({ identifiers })}
      />
      <Protection rules={rules} canWrite={canWrite} errors={saving.fields} onChange={change} />
      <TraitRules
        rules={rules}
        sources={view.sources}
        traitKeys={view.traitKeys}
        canWrite={canWrite}
        errors={saving.fields}
        onChange={change}
      />
      <BlockedValues
        values={rules.blocked}
        types={rules.identifiers.map(({ type }) => type)}
        canWrite={canWrite}
        errors={saving.fields}
        onChange={(blocked) => change({ blocked })}
      />
      {canWrite ? (
        <div className="sticky bottom-0 z-10 flex flex-wrap items-center justify-end gap-2 rounded-lg border bg-card px-4 py-3 shadow-sm">
          <p className="mr-auto text-sm text-muted-foreground" role="status">
            {changed ? "Changes are not saved yet." : `Version ${view.version} is in force.`}
          </p>
          <Button variant="ghost" disabled={!changed} onClick={() => setRules(view.rules)}>
            <RotateCcw aria-hidden />
            Discard changes
          </Button>
          <Button disabled={!changed} onClick={() => setTried(rules)}>
            <FlaskConical aria-hidden />
            Dry run and save
          </Button>
        </div>
      ) : null}
      <Dialog open={tried !== null} onOpenChange={(open) => (open ? undefined : setTried(null))}>
        <DialogContent className="max-h-[90dvh] overflow-y-auto sm:max-w-2xl">
          <DialogHeader>
            <DialogTitle>What these rules would do</DialogTitle>
            <DialogDescription>All messages so far, replayed under the changed rules.</DialogDescription>
          </DialogHeader>
          {dryRun ? <DryRun state={dryRun} /> : null}
          <Field label="Note" aside="Optional" hint="Why, for whoever reads the versions later.">
            <Input value={note} maxLength={500} onChange={(event) => setNote(event.target.value)} />
          </Field>
          <Field
            label="Apply to history"
            hint="Replays everything under the new rules; people are incomplete while it runs. Otherwise they apply to new messages only."
            orientation="horizontal"
            className="rounded-md border p-3"
          >
            <Switch checked={history} onCheckedChange={setHistory} />
          </Field>
          <DialogFooter>
            <Button variant="outline" onClick={() => setTried(null)}>
              Keep editing
            </Button>
            <Button
              pending={saving.pending}
              disabled={dryRun?.status !== "done"}
              onClick={() => {
                if (tried)
                  void saving.run({
                    rules: tried,
                    basedOn: view.version,
                    note: note.trim() === "" ? null : note.trim(),
                    applyToHistory: history,
                  });
              }}
            >
              <Save aria-hidden />
              Save rules
            </Button>
          </DialogFooter>
        </DialogContent>
      </Dialog>
    </div>
  );
}

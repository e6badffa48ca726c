"use client";

import { Archive, Copy, Ellipsis, History, Languages, Pencil } from "lucide-react";
import { useRouter } from "next/navigation";
import { type FormEvent, type RefObject, useEffect, useRef, useState } from "react";
import { PageHeader } from "@/components/layout/page-header";
import { Time } from "@/components/layout/time";
import { useAction } from "@/components/layout/use-action";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { DropdownMenu, DropdownMenuContent, DropdownMenuItem, DropdownMenuTrigger } from "@/components/ui/dropdown-menu";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { toast } from "@/components/ui/sonner";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import type { Result } from "@/domain/kernel/model";
import { CHANNEL_LABELS } from "@/domain/templates/model";
import type { Content, TemplateDetail } from "@/domain/templates/model";
import type { Named } from "./block-list";
import { ContentFields, EmailSettings } from "./content-fields";
import { PreviewPane } from "./preview-pane";
import { ProblemsPanel, useChecks } from "./problems-panel";
import { typeInto, VariablePicker } from "./variable-picker";

export interface TemplateActions {
  save(input: unknown): Promise<Result<{ revision: number }>>;
  rename(input: unknown): Promise<Result<unknown>>;
  duplicate(input: unknown): Promise<Result<{ id: string }>>;
  archive(input: unknown): Promise<Result<unknown>>;
  restore(input: unknown): Promise<Result<{ revision: number }>>;
}

/** A template: text by language on one side, as people get it on the other. */
export function TemplateEditor({
  template,
  segments,
  actions,
}: {
  template: TemplateDetail;
  segments: readonly Named[];
  actions: TemplateActions | null;
}) {
  const router = useRouter();
  const [content, setContent] = useState<Content>(template.content);
  const [saved, setSaved] = useState({ revision: template.revision, text: JSON.stringify(template.content) });
  const [language, setLanguage] = useState(template.content.defaultLanguage);
  const [event, setEvent] = useState("");
  const [conflict, setConflict] = useState(false);
  const [dialog, setDialog] = useState<"rename" | "copy" | "language" | null>(null);
  const root = useRef<HTMLDivElement>(null);
  const field = useLastField(root);
  const checks = useChecks(content);
  const changed = JSON.stringify(content) !== saved.text;
  const readOnly = actions === null;
  const saving = useAction(actions?.save ?? never, {
    success: "Template saved",
    onSuccess: ({ revision }) => {
      setSaved({ revision, text: JSON.stringify(content) });
      router.refresh();
    },
    onError: ({ code, message }) => (code === "CONFLICT" ? setConflict(true) : toast.error(message)),
  });
  const save = (): void => void saving.run({ id: template.id, basedOn: saved.revision, content });
  useLeaveWarning(changed);
  useSaveKey(readOnly || !changed ? null : save);
  const blocks = new Map(
    (checks.data?.problems ?? []).flatMap(({ blockId, language: of, message }) =>
      blockId !== null && of === language ? [[blockId, message] as const] : [],
    ),
  );
  const languages = Object.keys(content.variants);
  return (
    <div ref={root} className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <PageHeader
        title={template.name}
        description={
          <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <Badge variant="outline">{template.kind === "block" ? "Shared block" : CHANNEL_LABELS[template.channel]}</Badge>
            <span>
              Revision {saved.revision} · changed <Time iso={template.updatedAt} />
            </span>
            {template.usedBy.length > 0 ? <span>· used by {template.usedBy.map(({ name }) => name).join(", ")}</span> : null}
          </span>
        }
        actions={
          actions ? (
            <>
              <EditorMenu template={template} actions={actions} onDialog={setDialog} />
              <Button pending={saving.pending} disabled={!changed} onClick={save}>
                Save template
              </Button>
            </>
          ) : undefined
        }
      />
      {conflict ? (
        <div
          role="alert"
          className="flex flex-wrap items-center justify-between gap-2 rounded-md border border-warning-text/40 bg-warning-soft px-3 py-2 text-sm text-warning-text"
        >
          <span>Somebody else saved this template while you were editing.</span>
          <span className="flex gap-2">
            <Button size="sm" variant="outline" onClick={() => window.location.reload()}>
              Load their text
            </Button>
            <Button size="sm" variant="outline" onClick={() => setDialog("copy")}>
              Keep mine as a copy
            </Button>
          </span>
        </div>
      ) : null}
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-6 xl:grid-cols-[minmax(26rem,34rem)_minmax(0,1fr)]">
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
          <div className="flex flex-wrap items-center gap-2">
            <NativeSelect aria-label="Language" className="w-36" value={language} onChange={(chosen) => setLanguage(chosen.target.value)}>
              {languages.map((one) => (
                <option key={one} value={one}>
                  {one}
                  {one === content.defaultLanguage ? " (default)" : ""}
                </option>
              ))}
            </NativeSelect>
            {readOnly ? null : (
              <>
                <Button type="button" variant="outline" onClick={() => setDialog("language")}>
                  <Languages aria-hidden />
                  Add language
                </Button>
                <VariablePicker onInsert={(output) => (field.current?.isConnected ? typeInto(field.current, output) : undefined)} />
              </>
            )}
          </div>
          <Tabs defaultValue="content">
            <TabsList aria-label="Parts of the template">
              <TabsTrigger value="content">Content</TabsTrigger>
              {content.channel === "email" ? <TabsTrigger value="looks">Sender and looks</TabsTrigger> : null}
              <TabsTrigger value="history">Revisions</TabsTrigger>
            </TabsList>
            <TabsContent value="content">
              <ContentFields
                key={language}
                content={content}
                language={language}
                segments={segments}
                shared={template.sharedBlocks}
                problems={blocks}
                readOnly={readOnly}
                onChange={setContent}
              />
            </TabsContent>
            {content.channel === "email" ? (
              <TabsContent value="looks">
                <EmailSettings content={content} readOnly={readOnly} onChange={setContent} />
              </TabsContent>
            ) : null}
            <TabsContent value="history">
              <Revisions template={template} actions={actions} changed={changed} />
            </TabsContent>
          </Tabs>
        </div>
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4 xl:sticky xl:top-16 xl:max-h-[calc(100dvh-5rem)] xl:overflow-y-auto">
          <PreviewPane content={content} language={language} event={event} />
          <Field label="Trigger in the preview" hint="Each person's newest event of this name fills the variables that begin with event.">
            <Input value={event} placeholder="Order Completed" onChange={(typed) => setEvent(typed.target.value)} />
          </Field>
          <ProblemsPanel checked={checks.data} error={checks.error} several={languages.length > 1} />
        </div>
      </div>
      {actions && dialog === "language" ? (
        <LanguageDialog
          taken={languages}
          onClose={() => setDialog(null)}
          onAdd={(added) => {
            setContent({ ...content, variants: { ...content.variants, [added]: structuredClone(content.variants[language]) } } as Content);
            setLanguage(added);
            setDialog(null);
          }}
        />
      ) : null}
      {actions && (dialog === "rename" || dialog === "copy") ? (
        <NameDialog template={template} content={content} actions={actions} what={dialog} onClose={() => setDialog(null)} />
      ) : null}
    </div>
  );
}

/** In the place of an action that the viewer does not have; the button for it is not there. */
const never = (): Promise<Result<never>> =>
  Promise.resolve({ ok: false, error: { code: "FORBIDDEN", message: "You may not change templates." } });

/** The text field that had the focus last: there the picker puts its variable. */
function useLastField(root: RefObject<HTMLElement | null>): RefObject<HTMLInputElement | HTMLTextAreaElement | null> {
  const field = useRef<HTMLInputElement | HTMLTextAreaElement | null>(null);
  useEffect(() => {
    const element = root.current;
    const remember = ({ target }: FocusEvent): void => {
      if ((target instanceof HTMLInputElement && target.type === "text") || target instanceof HTMLTextAreaElement) field.current = target;
    };
    element?.addEventListener("focusin", remember);
    return () => element?.removeEventListener("focusin", remember);
  }, [root]);
  return field;
}

/** Ctrl or Command with S saves. */
function useSaveKey(save: (() => void) | null): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (!(event.metaKey || event.ctrlKey) || event.key !== "s") return;
      event.preventDefault();
      save?.();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  });
}

function useLeaveWarning(changed: boolean): void {
  useEffect(() => {
    if (!changed) return undefined;
    const warn = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [changed]);
}

function EditorMenu({
  template,
  actions,
  onDialog,
}: {
  template: TemplateDetail;
  actions: TemplateActions;
  onDialog: (dialog: "rename" | "copy") => void;
}) {
  const router = useRouter();
  const archiving = useAction(actions.archive, { success: "Template archived", onSuccess: () => router.push("/templates") });
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="outline" size="icon" aria-label="More">
          <Ellipsis aria-hidden />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        <DropdownMenuItem onSelect={() => onDialog("rename")}>
          <Pencil aria-hidden />
          Rename
        </DropdownMenuItem>
        <DropdownMenuItem onSelect={() => onDialog("copy")}>
          <Copy aria-hidden />
          Duplicate
        </DropdownMenuItem>
        <DropdownMenuItem onSelect={() => void archiving.run({ id: template.id })}>
          <Archive aria-hidden />
          Archive
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}

function NameDialog({
  template,
  content,
  actions,
  what,
  onClose,
}: {
  template: TemplateDetail;
  content: Content;
  actions: TemplateActions;
  what: "rename" | "copy";
  onClose: () => void;
}) {
  const router = useRouter();
  const [name, setName] = useState(what === "copy" ? `${template.name} (copy)` : template.name);
  const renaming = useAction(actions.rename, {
    inline: true,
    success: "Template renamed",
    onSuccess: () => {
      onClose();
      router.refresh();
    },
  });
  const copying = useAction(actions.duplicate, {
    inline: true,
    success: "Template duplicated",
    onSuccess: ({ id }) => router.push(`/templates/${id}`),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (what === "copy") void copying.run({ id: template.id, name, content });
    else void renaming.run({ id: template.id, name, description: template.description });
  };
  return (
    <Dialog open onOpenChange={(open) => (open ? undefined : onClose())}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>{what === "copy" ? "Duplicate template" : "Rename template"}</DialogTitle>
          <DialogDescription>
            {what === "copy" ? "A copy of what you see, that nothing uses yet." : "Journeys and broadcasts keep using it."}
          </DialogDescription>
        </DialogHeader>
        <form id="template-name" onSubmit={submit}>
          <Field label="Name" error={renaming.fields["name"] ?? copying.fields["name"]}>
            <Input value={name} required maxLength={120} onChange={(event) => setName(event.target.value)} />
          </Field>
        </form>
        <DialogFooter>
          <Button variant="outline" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" form="template-name" pending={renaming.pending || copying.pending}>
            {what === "copy" ? "Duplicate template" : "Rename template"}
          </Button>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  );
}

function LanguageDialog({ taken, onAdd, onClose }: { taken: readonly string[]; onAdd: (language: string) => void; onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const code = typed.trim();
  const error =
    code === ""
      ? undefined
      : !/^[a-z]{2,3}(-[A-Z]{2})?$/u.test(code)
        ? "Write a language such as de or pt-BR."
        : taken.includes(code)
          ? "This language is there already."
          : undefined;
  return (
    <Dialog open onOpenChange={(open) => (open ? undefined : onClose())}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>Add language</DialogTitle>
          <DialogDescription>It begins with a copy of the text you are looking at.</DialogDescription>
        </DialogHeader>
        <form
          id="template-language"
          onSubmit={(event) => {
            event.preventDefault();
            if (code !== "" && error === undefined) onAdd(code);
          }}
        >
          <Field label="Language" hint="People get their own language, else the default." error={error}>
            <Input value={typed} placeholder="de" onChange={(event) => setTyped(event.target.value)} />
          </Field>
        </form>
        <DialogFooter>
          <Button variant="outline" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" form="template-language">
            Add language
          </Button>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  );
}

function Revisions({ template, actions, changed }: { template: TemplateDetail; actions: TemplateActions | null; changed: boolean }) {
  const restoring = useAction(actions?.restore ?? never, { success: "Revision restored", onSuccess: () => window.location.reload() });
  return (
    <ol className="grid gap-1">
      {template.revisions.map(({ revision, by, at }) => (
        <li key={revision} className="flex min-h-9 items-center justify-between gap-2 border-b text-sm last:border-0">
          <span className="flex items-center gap-2">
            <History aria-hidden className="size-4 text-muted-foreground" />
            Revision {revision}
            <span className="text-muted-foreground">
              {by ?? "the system"}, <Time iso={at} />
            </span>
          </span>
          {actions && revision !== template.revision ? (
            <Button
              size="sm"
              variant="outline"
              disabled={changed}
              aria-label={`Restore revision ${revision}`}
              pending={restoring.pending}
              onClick={() => void restoring.run({ id: template.id, revision })}
            >
              Restore
            </Button>
          ) : null}
        </li>
      ))}
    </ol>
  );
}

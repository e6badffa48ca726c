"use client";

import Link from "next/link";
import { useId, useMemo, useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { TemplateNote } from "@/domain/segments/catalog-model";
import type { Rule } from "@/domain/segments/model";
import { fillTemplate, INDUSTRIES, INDUSTRY_LABELS, TEMPLATES, type Industry, type SegmentTemplate } from "@/domain/segments/templates";
import { Sentence, sentenceOf } from "./sentence";

/** Ready rules by industry; what is chosen is shown as a sentence and only then opened in the builder. */
export function TemplateGallery({
  notes,
  initial,
  onUse,
}: {
  notes: readonly TemplateNote[];
  initial?: string | undefined;
  onUse: (rule: Rule, template: SegmentTemplate) => void;
}) {
  const [industry, setIndustry] = useState<Industry | "all">("all");
  const [picked, setPicked] = useState<string | null>(initial ?? null);
  const byKey = useMemo(() => new Map(notes.map((note) => [note.key, note])), [notes]);
  const shown = TEMPLATES.filter((template) => industry === "all" || template.industry === industry).toSorted(
    (a, b) => Number(byKey.get(b.key)?.hasData ?? false) - Number(byKey.get(a.key)?.hasData ?? false),
  );
  return (
    <div className="grid gap-3">
      <div role="group" aria-label="Industry" className="flex flex-wrap gap-1">
        {(["all", ...INDUSTRIES] as const).map((one) => (
          <Button
            key={one}
            size="sm"
            variant={industry === one ? "secondary" : "ghost"}
            aria-pressed={industry === one}
            onClick={() => setIndustry(one)}
          >
            {one === "all" ? "All" : INDUSTRY_LABELS[one]}
          </Button>
        ))}
      </div>
      <ul className="grid gap-2 sm:grid-cols-2 xl:grid-cols-3">
        {shown.map((template) => {
          const note = byKey.get(template.key);
          const open = picked === template.key;
          return (
            <li key={template.key} className={cn("rounded-lg border bg-card", open && "border-primary sm:col-span-2 xl:col-span-3")}>
              <button
                type="button"
                aria-expanded={open}
                onClick={() => setPicked(open ? null : template.key)}
                className="grid w-full gap-0.5 rounded-lg px-3 py-2.5 text-left hover:bg-accent"
              >
                <span className="flex items-center justify-between gap-2">
                  <span className="font-medium">{template.name}</span>
                  {note && !note.hasData ? (
                    <Badge variant="outline" title={`Not seen here yet: ${note.missing.join(", ")}`}>
                      no data yet
                    </Badge>
                  ) : (
                    <Badge>{INDUSTRY_LABELS[template.industry]}</Badge>
                  )}
                </span>
                <span className="text-sm text-muted-foreground">{template.purpose}</span>
              </button>
              {open && <TemplateForm template={template} note={note} onUse={(rule) => onUse(rule, template)} />}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function TemplateForm({
  template,
  note,
  onUse,
}: {
  template: SegmentTemplate;
  note: TemplateNote | undefined;
  onUse: (rule: Rule) => void;
}) {
  const [values, setValues] = useState<Record<string, string>>(() =>
    Object.fromEntries(template.parameters.map(({ key, initial }) => [key, String(initial)])),
  );
  const id = useId();
  const rule = fillTemplate(
    template,
    Object.fromEntries(
      template.parameters.map(({ key, initial }) => [key, typeof initial === "number" ? Number(values[key]) : (values[key] ?? "")]),
    ),
  );
  return (
    <form
      aria-labelledby={id}
      className="grid gap-3 border-t px-3 py-3"
      onSubmit={(event) => {
        event.preventDefault();
        onUse(rule);
      }}
    >
      <h3 id={id} className="sr-only">
        {template.name}
      </h3>
      <div className="grid gap-3 sm:grid-cols-3">
        {template.parameters.map(({ key, label, initial }) => (
          <Field key={key} label={label}>
            <Input
              value={values[key] ?? ""}
              inputMode={typeof initial === "number" ? "decimal" : "text"}
              onChange={(event) => setValues((before) => ({ ...before, [key]: event.target.value }))}
            />
          </Field>
        ))}
      </div>
      <Sentence phrases={sentenceOf(rule, {})} className="text-sm text-muted-foreground" />
      {note && note.missing.length > 0 && (
        <p className="text-xs text-warning-text">Not seen in your data yet: {note.missing.join(", ")}.</p>
      )}
      <div>
        <Button type="submit">Open in the builder</Button>
      </div>
    </form>
  );
}

/** A few templates where there is no segment yet. */
export function TemplateTeaser() {
  return (
    <section aria-labelledby="templates" className="grid gap-2">
      <h2 id="templates" className="text-base font-semibold tracking-tight">
        Begin with a template
      </h2>
      <ul className="grid gap-2 sm:grid-cols-2 xl:grid-cols-3">
        {TEMPLATES.slice(0, 6).map((template) => (
          <li key={template.key} className="relative grid gap-0.5 rounded-lg border bg-card px-3 py-2.5 hover:bg-accent">
            <Link href={`/segments/new?template=${encodeURIComponent(template.key)}`} className="font-medium after:absolute after:inset-0">
              {template.name}
            </Link>
            <span className="text-sm text-muted-foreground">{template.purpose}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

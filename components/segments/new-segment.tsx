"use client";

import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useQueryState } from "nuqs";
import { useState } from "react";
import { PageHeader } from "@/components/layout/page-header";
import { Button } from "@/components/ui/button";
import type { TemplateNote } from "@/domain/segments/catalog-model";
import type { SegmentFileDraft } from "@/domain/segments/contracts";
import type { Rule } from "@/domain/segments/model";
import { emptyRule } from "./builder-state";
import { DescribeBox } from "./describe-box";
import { ImportDefinition } from "./import-definition";
import { getJson } from "./queries";
import { SegmentBuilder, type SegmentBuilderProps } from "./segment-builder";
import { TemplateGallery } from "./template-gallery";

type Props = Pick<SegmentBuilderProps, "segments" | "lists" | "traits" | "folders" | "zone" | "save">;

/** Where a new segment begins: blank, a sentence or a template; then the builder. */
export function NewSegment({ model, ...builder }: Props & { model: { model: string; host: string } | null }) {
  const [template] = useQueryState("template");
  // Which templates have data here; the gallery does not wait for it.
  const { data: notes = [] } = useQuery({
    queryKey: ["segments", "templates"],
    queryFn: ({ signal }) => getJson<TemplateNote[]>("/api/segments/templates", signal),
    staleTime: 300_000,
  });
  const [start, setStart] = useState<{ rule: Rule; name: string; from?: SegmentFileDraft } | null>(null);
  if (start) {
    return (
      <>
        <PageHeader title="New segment" description="Counts are exact and follow as you write." />
        <SegmentBuilder
          initial={start.rule}
          details={{
            name: start.name,
            description: start.from?.description ?? null,
            folder: start.from?.folder ?? null,
            tags: start.from?.tags ?? [],
            note: null,
          }}
          {...builder}
        />
      </>
    );
  }
  return (
    <>
      <PageHeader
        title="New segment"
        description="Begin from blank, with a sentence, or with a template. Nothing is saved before you say so."
        actions={
          <>
            <ImportDefinition onUse={(from) => setStart({ rule: from.rule, name: from.name, from })} />
            <Button onClick={() => setStart({ rule: emptyRule(), name: "" })}>
              <Plus aria-hidden />
              Start from blank
            </Button>
          </>
        }
      />
      <DescribeBox
        model={model}
        names={Object.fromEntries([...builder.segments, ...builder.lists, ...builder.traits].map(({ id, name }) => [id, name]))}
        onUse={(rule) => setStart({ rule, name: "" })}
      />
      <section aria-labelledby="gallery" className="grid gap-2">
        <h2 id="gallery" className="text-base font-semibold tracking-tight">
          Templates
        </h2>
        <TemplateGallery notes={notes} initial={template ?? undefined} onUse={(rule, { name }) => setStart({ rule, name })} />
      </section>
    </>
  );
}

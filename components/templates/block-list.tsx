"use client";

import { ArrowDown, ArrowUp, Copy, Plus, Trash2 } from "lucide-react";
import { Button } from "@/components/ui/button";
import { DropdownMenu, DropdownMenuContent, DropdownMenuItem, DropdownMenuTrigger } from "@/components/ui/dropdown-menu";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { Textarea } from "@/components/ui/textarea";
import { BLOCK_LABELS, PRODUCT_SOURCES } from "@/domain/templates/model";
import type { Block, BlockKind } from "@/domain/templates/model";

export interface Named {
  readonly id: string;
  readonly name: string;
}

interface ListProps {
  blocks: readonly Block[];
  segments: readonly Named[];
  shared: readonly Named[];
  problems: ReadonlyMap<string, string>;
  readOnly: boolean;
  onChange: (blocks: Block[]) => void;
}

const SOURCE_LABELS: Record<(typeof PRODUCT_SOURCES)[number], string> = {
  event: "Products of the trigger",
  bestsellers: "What sells best",
  viewed: "What the person looked at last",
};

function fresh(blocks: readonly Block[]): string {
  let n = blocks.length + 1;
  while (blocks.some(({ id }) => id === `b${n}`)) n += 1;
  return `b${n}`;
}

function newBlock(kind: BlockKind, id: string, shared: readonly Named[]): Block {
  const common = { id, when: null };
  switch (kind) {
    case "heading":
      return { kind, ...common, text: "", align: "left" };
    case "text":
      return { kind, ...common, text: "", align: "left" };
    case "button":
      return { kind, ...common, text: "", url: "https://", align: "center" };
    case "image":
      return { kind, ...common, url: "https://", alt: "", link: "" };
    case "divider":
      return { kind, ...common };
    case "spacer":
      return { kind, ...common, height: 24 };
    case "products":
      return { kind, ...common, source: "bestsellers", path: "products", count: 3, button: "" };
    case "shared":
      return { kind, ...common, templateId: shared[0]?.id ?? "" };
    case "footer":
      return { kind, ...common, text: "{{ company.name }}\n[Unsubscribe]({{ links.unsubscribe }})" };
  }
}

/** Blocks of an e-mail, top to bottom: each with its fields, who sees it, and buttons to move it. */
export function BlockList({ blocks, segments, shared, problems, readOnly, onChange }: ListProps) {
  const put = (at: number, block: Block): void => onChange(blocks.map((one, i) => (i === at ? block : one)));
  const move = (at: number, to: number): void => {
    const next = [...blocks];
    const [taken] = next.splice(at, 1);
    if (taken !== undefined) next.splice(to, 0, taken);
    onChange(next);
  };
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <ol className="grid grid-cols-[minmax(0,1fr)] gap-3" aria-label="Blocks">
        {blocks.map((block, i) => {
          const label = `${BLOCK_LABELS[block.kind]}, block ${i + 1}`;
          return (
            <li key={block.id} className="grid grid-cols-[minmax(0,1fr)] gap-2 rounded-lg border bg-card p-3">
              <fieldset disabled={readOnly} className="grid grid-cols-[minmax(0,1fr)] gap-2">
                <div className="flex items-center justify-between gap-2">
                  <legend className="contents">
                    <span className="text-xs font-medium text-muted-foreground">{BLOCK_LABELS[block.kind]}</span>
                  </legend>
                  <span className="flex">
                    <Button
                      type="button"
                      variant="ghost"
                      size="icon-sm"
                      aria-label={`Move up: ${label}`}
                      disabled={i === 0}
                      onClick={() => move(i, i - 1)}
                    >
                      <ArrowUp aria-hidden />
                    </Button>
                    <Button
                      type="button"
                      variant="ghost"
                      size="icon-sm"
                      aria-label={`Move down: ${label}`}
                      disabled={i === blocks.length - 1}
                      onClick={() => move(i, i + 1)}
                    >
                      <ArrowDown aria-hidden />
                    </Button>
                    <Button
                      type="button"
                      variant="ghost"
                      size="icon-sm"
                      aria-label={`Copy: ${label}`}
                      onClick={() => onChange([...blocks.slice(0, i + 1), { ...block, id: fresh(blocks) }, ...blocks.slice(i + 1)])}
                    >
                      <Copy aria-hidden />
                    </Button>
                    <Button
                      type="button"
                      variant="ghost"
                      size="icon-sm"
                      aria-label={`Delete: ${label}`}
                      onClick={() => onChange(blocks.filter((_, at) => at !== i))}
                    >
                      <Trash2 aria-hidden />
                    </Button>
                  </span>
                </div>
                <BlockFields block={block} label={label} shared={shared} onChange={(next) => put(i, next)} />
                <WhenField block={block} label={label} segments={segments} onChange={(next) => put(i, next)} />
              </fieldset>
              {problems.has(block.id) ? <p className="text-xs text-destructive-text">{problems.get(block.id)}</p> : null}
            </li>
          );
        })}
      </ol>
      {readOnly ? null : (
        <DropdownMenu>
          <DropdownMenuTrigger asChild>
            <Button type="button" variant="outline" className="justify-self-start">
              <Plus aria-hidden />
              Add block
            </Button>
          </DropdownMenuTrigger>
          <DropdownMenuContent align="start">
            {(Object.keys(BLOCK_LABELS) as BlockKind[])
              .filter((kind) => kind !== "shared" || shared.length > 0)
              .map((kind) => (
                <DropdownMenuItem key={kind} onSelect={() => onChange([...blocks, newBlock(kind, fresh(blocks), shared)])}>
                  {BLOCK_LABELS[kind]}
                </DropdownMenuItem>
              ))}
          </DropdownMenuContent>
        </DropdownMenu>
      )}
    </div>
  );
}

function WhenField({
  block,
  label,
  segments,
  onChange,
}: {
  block: Block;
  label: string;
  segments: readonly Named[];
  onChange: (block: Block) => void;
}) {
  const value = block.when === null ? "" : `${block.when.in ? "in" : "out"}:${block.when.segmentId}`;
  const set = (chosen: string): void => {
    const [side, segmentId] = chosen.split(":");
    onChange({ ...block, when: segmentId === undefined ? null : { segmentId, in: side === "in" } });
  };
  return (
    <div className="flex items-center gap-2">
      <span className="text-xs text-muted-foreground">Seen by</span>
      <NativeSelect
        aria-label={`Seen by: ${label}`}
        className="h-7 min-w-0 flex-1 text-xs"
        value={value}
        onChange={(event) => set(event.target.value)}
      >
        <option value="">everybody</option>
        {segments.map(({ id, name }) => (
          <option key={`in:${id}`} value={`in:${id}`}>
            only people in {name}
          </option>
        ))}
        {segments.map(({ id, name }) => (
          <option key={`out:${id}`} value={`out:${id}`}>
            only people not in {name}
          </option>
        ))}
        {block.when !== null && !segments.some(({ id }) => id === block.when?.segmentId) ? (
          <option value={value}>a segment that is deleted</option>
        ) : null}
      </NativeSelect>
    </div>
  );
}

function BlockFields({
  block,
  label,
  shared,
  onChange,
}: {
  block: Block;
  label: string;
  shared: readonly Named[];
  onChange: (block: Block) => void;
}) {
  switch (block.kind) {
    case "heading":
      return <Input aria-label={label} value={block.text} onChange={(event) => onChange({ ...block, text: event.target.value })} />;
    case "text":
    case "footer":
      return (
        <Textarea
          aria-label={label}
          rows={Math.min(12, Math.max(3, block.text.split("\n").length + 1))}
          value={block.text}
          onChange={(event) => onChange({ ...block, text: event.target.value })}
        />
      );
    case "button":
      return (
        <div className="grid gap-2 sm:grid-cols-2">
          <Input
            aria-label={`Text: ${label}`}
            placeholder="Text"
            value={block.text}
            onChange={(event) => onChange({ ...block, text: event.target.value })}
          />
          <Input
            aria-label={`Address: ${label}`}
            placeholder="https://"
            value={block.url}
            onChange={(event) => onChange({ ...block, url: event.target.value })}
          />
        </div>
      );
    case "image":
      return (
        <div className="grid gap-2">
          <Input
            aria-label={`Address: ${label}`}
            placeholder="https://"
            value={block.url}
            onChange={(event) => onChange({ ...block, url: event.target.value })}
          />
          <Input
            aria-label={`Alternative text: ${label}`}
            placeholder="What the picture shows"
            value={block.alt}
            onChange={(event) => onChange({ ...block, alt: event.target.value })}
          />
        </div>
      );
    case "spacer":
      return (
        <Field label="Height in pixels">
          <Input
            type="number"
            min={4}
            max={200}
            value={block.height}
            onChange={(event) => onChange({ ...block, height: Math.min(200, Math.max(4, Math.round(Number(event.target.value)) || 4)) })}
          />
        </Field>
      );
    case "products":
      return (
        <div className="grid gap-2 sm:grid-cols-2">
          <NativeSelect
            aria-label={`Products: ${label}`}
            value={block.source}
            onChange={({ target: { value } }) => onChange({ ...block, source: PRODUCT_SOURCES.find((one) => one === value) ?? "event" })}
          >
            {PRODUCT_SOURCES.map((source) => (
              <option key={source} value={source}>
                {SOURCE_LABELS[source]}
              </option>
            ))}
          </NativeSelect>
          <NativeSelect
            aria-label={`At most: ${label}`}
            value={block.count}
            onChange={(event) => onChange({ ...block, count: Number(event.target.value) })}
          >
            {Array.from({ length: 12 }, (_, i) => (
              <option key={i} value={i + 1}>
                at most {i + 1}
              </option>
            ))}
          </NativeSelect>
          {block.source === "event" ? (
            <Input
              aria-label={`List in the trigger's data: ${label}`}
              value={block.path}
              onChange={(event) => onChange({ ...block, path: event.target.value })}
            />
          ) : null}
          <Input
            aria-label={`Link of each product: ${label}`}
            placeholder="Link text, empty for none"
            value={block.button}
            onChange={(event) => onChange({ ...block, button: event.target.value })}
          />
        </div>
      );
    case "shared":
      return (
        <NativeSelect
          aria-label={label}
          value={block.templateId}
          onChange={(event) => onChange({ ...block, templateId: event.target.value })}
        >
          {shared.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
          {shared.some(({ id }) => id === block.templateId) ? null : <option value={block.templateId}>a block that is gone</option>}
        </NativeSelect>
      );
    case "divider":
      return null;
  }
}

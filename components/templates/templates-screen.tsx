"use client";

import { Mail, Plus, Puzzle } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useState } from "react";
import { PageHeader } from "@/components/layout/page-header";
import { Time } from "@/components/layout/time";
import { useAction } from "@/components/layout/use-action";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { Empty } from "@/components/ui/empty";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { JOURNEY_CHANNELS } from "@/domain/journeys/model";
import type { JourneyChannel } from "@/domain/journeys/model";
import type { Result } from "@/domain/kernel/model";
import { CHANNEL_LABELS, isChannel } from "@/domain/templates/model";
import type { TemplateKind, TemplateSummary } from "@/domain/templates/model";
import { StarterGallery } from "./starter-gallery";

export type CreateTemplate = (input: unknown) => Promise<Result<{ id: string }>>;

interface Making {
  readonly kind: TemplateKind;
  readonly channel: JourneyChannel;
  readonly starter: string | null;
  readonly name: string;
}

/** All templates, and starters for new ones. */
export function TemplatesScreen({ templates, create }: { templates: readonly TemplateSummary[]; create: CreateTemplate | null }) {
  const [making, setMaking] = useState<Making | null>(null);
  const [filter, setFilter] = useQueryStates({
    q: parseAsString.withDefault(""),
    channel: parseAsStringLiteral(["", ...JOURNEY_CHANNELS]).withDefault(""),
  });
  const shown = templates.filter(
    (one) =>
      (filter.channel === "" || one.channel === filter.channel) &&
      `${one.name} ${one.subject ?? ""}`.toLowerCase().includes(filter.q.trim().toLowerCase()),
  );
  return (
    <>
      <PageHeader
        title="Templates"
        description="What messages say. Journeys and broadcasts use them by name and always take the newest text."
        actions={
          create ? (
            <>
              <Button variant="outline" onClick={() => setMaking({ kind: "block", channel: "email", starter: null, name: "" })}>
                <Puzzle aria-hidden />
                New shared block
              </Button>
              <Button onClick={() => setMaking({ kind: "message", channel: "email", starter: null, name: "" })}>
                <Plus aria-hidden />
                New template
              </Button>
            </>
          ) : undefined
        }
      />
      {templates.length === 0 ? (
        <Empty
          icon={Mail}
          title="No templates yet"
          description={create ? "Begin with one of the starters below, or with an empty one." : "Nobody has made one."}
        />
      ) : (
        <section aria-label="Templates" className="grid grid-cols-[minmax(0,1fr)] gap-3">
          <div className="flex flex-wrap gap-2">
            <Input
              type="search"
              aria-label="Search templates"
              placeholder="Name or subject"
              className="w-64"
              value={filter.q}
              onChange={(event) => void setFilter({ q: event.target.value })}
            />
            <NativeSelect
              aria-label="Channel"
              className="w-40"
              value={filter.channel}
              onChange={({ target: { value } }) => void setFilter({ channel: isChannel(value) ? value : "" })}
            >
              <option value="">All channels</option>
              {JOURNEY_CHANNELS.map((channel) => (
                <option key={channel} value={channel}>
                  {CHANNEL_LABELS[channel]}
                </option>
              ))}
            </NativeSelect>
          </div>
          <TemplateTable templates={shown} />
        </section>
      )}
      {create ? (
        <section aria-labelledby="starters" className="grid grid-cols-[minmax(0,1fr)] gap-3">
          <h2 id="starters" className="text-sm font-medium">
            Begin with a starter
          </h2>
          <StarterGallery
            pending={making !== null}
            onChoose={(starter) => setMaking({ kind: "message", channel: starter.channel, starter: starter.id, name: starter.name })}
          />
        </section>
      ) : null}
      {create && making ? <NewTemplate making={making} create={create} onClose={() => setMaking(null)} /> : null}
    </>
  );
}

function TemplateTable({ templates }: { templates: readonly TemplateSummary[] }) {
  if (templates.length === 0) return <p className="py-6 text-center text-sm text-muted-foreground">No template is called like this.</p>;
  return (
    <Table aria-label="Templates">
      <TableHeader>
        <TableRow>
          <TableHead>Template</TableHead>
          <TableHead>Channel</TableHead>
          <TableHead>Languages</TableHead>
          <TableHead className="text-right">Used by</TableHead>
          <TableHead>Changed</TableHead>
        </TableRow>
      </TableHeader>
      <TableBody>
        {templates.map((one) => (
          <TableRow key={one.id}>
            <TableCell className="max-w-96">
              <Link href={`/templates/${one.id}`} className="block truncate font-medium underline-offset-4 hover:underline">
                {one.name}
              </Link>
              {one.subject ? <span className="block truncate text-xs text-muted-foreground">{one.subject}</span> : null}
            </TableCell>
            <TableCell>
              <Badge variant="outline">{one.kind === "block" ? "Shared block" : CHANNEL_LABELS[one.channel]}</Badge>
            </TableCell>
            <TableCell className="text-muted-foreground">{one.languages.join(", ")}</TableCell>
            <TableCell className="text-right tabular-nums">{one.usedBy}</TableCell>
            <TableCell className="whitespace-nowrap text-muted-foreground">
              <Time iso={one.updatedAt} />
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

function NewTemplate({ making, create, onClose }: { making: Making; create: CreateTemplate; onClose: () => void }) {
  const router = useRouter();
  const [given, setGiven] = useState(making);
  const { run, pending, fields } = useAction(create, { inline: true, onSuccess: ({ id }) => router.push(`/templates/${id}`) });
  const what = making.kind === "block" ? "shared block" : "template";
  return (
    <Dialog open onOpenChange={(open) => (open ? undefined : onClose())}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>New {what}</DialogTitle>
          <DialogDescription>
            {making.kind === "block"
              ? "A part of e-mails that several templates hold: change it once, and all of them say the new."
              : "You can change everything but the channel later."}
          </DialogDescription>
        </DialogHeader>
        <form
          id="new-template"
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            void run(given);
          }}
        >
          <Field label="Name" error={fields["name"]}>
            <Input value={given.name} onChange={(event) => setGiven({ ...given, name: event.target.value })} required maxLength={120} />
          </Field>
          {making.kind === "message" && making.starter === null ? (
            <Field label="Channel">
              <NativeSelect
                value={given.channel}
                onChange={({ target: { value } }) => (isChannel(value) ? setGiven({ ...given, channel: value }) : undefined)}
              >
                {JOURNEY_CHANNELS.map((channel) => (
                  <option key={channel} value={channel}>
                    {CHANNEL_LABELS[channel]}
                  </option>
                ))}
              </NativeSelect>
            </Field>
          ) : null}
        </form>
        <DialogFooter>
          <Button variant="outline" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" form="new-template" pending={pending}>
            Create {what}
          </Button>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  );
}

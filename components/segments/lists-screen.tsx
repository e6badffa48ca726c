"use client";

import { ListChecks, Plus } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { formatCount } from "@/components/charts";
import { PageHeader } from "@/components/layout/page-header";
import { Time } from "@/components/layout/time";
import { useAction } from "@/components/layout/use-action";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { Empty } from "@/components/ui/empty";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { Textarea } from "@/components/ui/textarea";
import type { Result } from "@/domain/kernel/model";
import type { ListSummary } from "@/domain/segments/contracts";

interface Props {
  lists: readonly ListSummary[];
  mayWrite: boolean;
  create: (input: { name: string; description: string | null }) => Promise<Result<{ id: string }>>;
}

/** All lists; a new one begins empty and is filled by uploads. */
export function ListsScreen({ lists, mayWrite, create }: Props) {
  const [open, setOpen] = useState(false);
  const begin = mayWrite ? (
    <Button onClick={() => setOpen(true)}>
      <Plus aria-hidden />
      New list
    </Button>
  ) : undefined;
  return (
    <>
      <PageHeader
        title="Lists"
        description="People fixed by hand: uploaded identifiers, or a segment as it was at one moment. A rule can ask whether somebody is on one."
        actions={lists.length > 0 ? begin : undefined}
      />
      {lists.length === 0 ? (
        <Empty
          icon={ListChecks}
          title="No list yet"
          description="Upload identifiers from a fair, a partner or a spreadsheet, or take a snapshot on a segment’s page."
          actions={begin}
        />
      ) : (
        <Table aria-label="Lists">
          <TableCaption className="sr-only">Lists with their size, origin and use</TableCaption>
          <TableHeader>
            <TableRow>
              <TableHead>List</TableHead>
              <TableHead className="text-right">People</TableHead>
              <TableHead className="hidden sm:table-cell">Origin</TableHead>
              <TableHead className="hidden text-right sm:table-cell">Used by</TableHead>
              <TableHead className="hidden lg:table-cell">Made by</TableHead>
              <TableHead className="hidden md:table-cell">Changed</TableHead>
            </TableRow>
          </TableHeader>
          <TableBody>
            {lists.map((list) => (
              <TableRow key={list.id} className="relative">
                <TableCell className="max-w-0 min-w-40 sm:w-2/5">
                  <Link href={`/segments/lists/${list.id}`} className="font-medium after:absolute after:inset-0 hover:underline">
                    {list.name}
                  </Link>
                  {list.description && <span className="block truncate text-xs text-muted-foreground">{list.description}</span>}
                </TableCell>
                <TableCell className="text-right font-medium tabular-nums">{formatCount(list.size)}</TableCell>
                <TableCell className="hidden sm:table-cell">
                  <Badge variant="outline">{list.origin === "snapshot" ? "Snapshot" : "Upload"}</Badge>
                </TableCell>
                <TableCell className="hidden text-right whitespace-nowrap tabular-nums sm:table-cell">
                  {list.usedBy === 0 ? "–" : `${formatCount(list.usedBy)} ${list.usedBy === 1 ? "segment" : "segments"}`}
                </TableCell>
                <TableCell className="hidden lg:table-cell">{list.createdByName ?? "–"}</TableCell>
                <TableCell className="hidden whitespace-nowrap md:table-cell">
                  <Time iso={list.updatedAt} />
                </TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      )}
      {open && <NewList create={create} onClose={() => setOpen(false)} />}
    </>
  );
}

function NewList({ create, onClose }: Pick<Props, "create"> & { onClose: () => void }) {
  const router = useRouter();
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const save = useAction(create, { inline: true, onSuccess: ({ id }) => router.push(`/segments/lists/${id}`) });
  return (
    <Dialog open onOpenChange={(next) => !next && onClose()}>
      <DialogContent>
        <form
          className="grid gap-4"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void save.run({ name, description: description.trim() || null });
          }}
        >
          <DialogHeader>
            <DialogTitle>New list</DialogTitle>
            <DialogDescription>It begins empty; identifiers are uploaded on its page.</DialogDescription>
          </DialogHeader>
          <Field label="Name" error={save.fields.name}>
            <Input
              value={name}
              maxLength={100}
              onChange={(event) => setName(event.target.value)}
              placeholder="Visitors of the spring fair"
            />
          </Field>
          <Field label="Description" aside="Optional" error={save.fields.description}>
            <Textarea rows={2} value={description} onChange={(event) => setDescription(event.target.value)} />
          </Field>
          <DialogFooter>
            <Button variant="outline" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" pending={save.pending}>
              Make list
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  );
}

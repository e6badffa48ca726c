"use client";

import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { Fragment, useState } from "react";
import { formatCount } from "@/components/charts";
import { DeleteButton } from "@/components/layout/delete-button";
import { PageHeader } from "@/components/layout/page-header";
import { Time } from "@/components/layout/time";
import { useAction } from "@/components/layout/use-action";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { Tabs, TabsContent, TabsList, TabsTrigger } from "@/components/ui/tabs";
import { Textarea } from "@/components/ui/textarea";
import type { Result } from "@/domain/kernel/model";
import type { ListDetail, ListUpload as Uploaded } from "@/domain/segments/contracts";
import { Problem } from "./problem";
import { PersonLink } from "./explain-tree";
import { ListUpload, MODE_WORDS } from "./list-upload";
import { fetchList, fetchListMembers, segmentKeys } from "./queries";

interface Props {
  initial: ListDetail;
  types: readonly string[];
  mayWrite: boolean;
  change: (input: { id: string; name: string; description: string | null }) => Promise<Result<null>>;
  remove: (input: { id: string }) => Promise<Result<null>>;
}

/** One list: who is on it, what the uploads did, who uses it. */
export function ListScreen({ initial, types, mayWrite, change, remove }: Props) {
  const { data: list, refetch } = useQuery({
    queryKey: segmentKeys.listOf(initial.id),
    queryFn: ({ signal }) => fetchList(initial.id, signal),
    initialData: initial,
  });
  const queries = useQueryClient();
  return (
    <>
      <PageHeader
        title={list.name}
        description={
          <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <Badge variant="outline">{list.origin === "snapshot" ? "Snapshot" : "Upload"}</Badge>
            <span>
              <strong className="font-medium text-foreground tabular-nums">{formatCount(list.size)}</strong>{" "}
              {list.size === 1 ? "person" : "people"} · changed <Time iso={list.updatedAt} />
            </span>
            {list.origin === "snapshot" && (
              <span>
                · of{" "}
                {list.segmentName ? (
                  <Link href={`/segments/${list.segmentId}`} className="text-primary-text hover:underline">
                    {list.segmentName}
                  </Link>
                ) : (
                  "a segment that is deleted"
                )}
                , version {list.segmentVersion}, <Time iso={list.createdAt} />
              </span>
            )}
          </span>
        }
      />
      {list.description && <p className="text-sm">{list.description}</p>}
      {list.usedByList.length > 0 && (
        <p className="text-sm text-muted-foreground">
          Used by{" "}
          {list.usedByList.map((one, i) => (
            <Fragment key={one.id}>
              {i > 0 && ", "}
              <Link href={`/segments/${one.id}`} className="text-primary-text hover:underline">
                {one.name}
              </Link>
            </Fragment>
          ))}
        </p>
      )}
      {mayWrite && (
        <ListUpload
          id={list.id}
          types={types}
          onDone={() => {
            void refetch();
            void queries.invalidateQueries({ queryKey: segmentKeys.listMembers(list.id) });
          }}
        />
      )}
      <Tabs defaultValue="members">
        <TabsList aria-label="List">
          <TabsTrigger value="members">People</TabsTrigger>
          <TabsTrigger value="uploads">Uploads</TabsTrigger>
          {mayWrite && <TabsTrigger value="settings">Settings</TabsTrigger>}
        </TabsList>
        <TabsContent value="members">
          <Members id={list.id} />
        </TabsContent>
        <TabsContent value="uploads">
          <Uploads uploads={list.uploads} />
        </TabsContent>
        {mayWrite && (
          <TabsContent value="settings">
            <Settings list={list} change={change} remove={remove} onChanged={() => void refetch()} />
          </TabsContent>
        )}
      </Tabs>
    </>
  );
}

function Members({ id }: { id: string }) {
  const { data, error, hasNextPage, isFetchingNextPage, isPending, fetchNextPage, refetch } = useInfiniteQuery({
    queryKey: segmentKeys.listMembers(id),
    queryFn: ({ pageParam, signal }) => fetchListMembers(id, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
  if (error) return <Problem text={error.message} retry={() => void refetch()} />;
  const rows = data?.pages.flatMap((page) => page.rows) ?? [];
  if (!isPending && rows.length === 0)
    return <Empty title="Nobody is on this list" description="Upload identifiers to put people on it." />;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3" aria-busy={isPending}>
      <Table aria-label="People on the list">
        <TableCaption className="sr-only">People on this list</TableCaption>
        <TableHeader>
          <TableRow>
            <TableHead>Person</TableHead>
            <TableHead className="hidden sm:table-cell">E-mail</TableHead>
            <TableHead className="hidden md:table-cell">Place</TableHead>
            <TableHead>Added</TableHead>
          </TableRow>
        </TableHeader>
        <TableBody>
          {rows.map((person) => (
            <TableRow key={person.profileId}>
              <TableCell>
                <PersonLink person={person} />
              </TableCell>
              <TableCell className="hidden sm:table-cell">{person.email ?? "–"}</TableCell>
              <TableCell className="hidden md:table-cell">{[person.city, person.country].filter(Boolean).join(", ") || "–"}</TableCell>
              <TableCell className="whitespace-nowrap">
                <Time iso={person.addedAt} />
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
      {hasNextPage && (
        <div>
          <Button variant="outline" pending={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
    </div>
  );
}

function Uploads({ uploads }: { uploads: readonly Uploaded[] }) {
  if (uploads.length === 0) return <Empty title="No upload yet" description="Each is kept here with what it found." />;
  return (
    <ol className="grid gap-3">
      {uploads.map((upload) => (
        <li key={upload.id} className="grid gap-2 rounded-lg border bg-card px-4 py-3 text-sm">
          <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <bdi className="min-w-0 font-medium break-all">{upload.fileName}</bdi>
            <Badge>{MODE_WORDS[upload.mode]}</Badge>
            <span className="text-muted-foreground">
              {upload.createdByName ?? "the system"}, <Time iso={upload.createdAt} />
            </span>
          </p>
          <dl className="flex flex-wrap gap-x-6 gap-y-1">
            {(
              [
                ["Rows", upload.rows],
                ["Matched", upload.matched],
                ["Nobody here", upload.unmatched],
                ["Not an identifier", upload.invalid],
                ["People who came or went", upload.changed],
              ] as const
            ).map(([label, count]) => (
              <div key={label} className="flex gap-1.5">
                <dt className="text-muted-foreground">{label}</dt>
                <dd className="font-medium tabular-nums">{formatCount(count)}</dd>
              </div>
            ))}
          </dl>
          {upload.sample.length > 0 && (
            <details>
              <summary className="cursor-pointer text-muted-foreground hover:text-foreground">
                First rows of type {upload.type} that named nobody, masked
              </summary>
              <ul className="mt-1 grid gap-0.5 border-l-2 pl-3">
                {upload.sample.map((row) => (
                  <li key={row.line} className="tabular-nums">
                    Line {formatCount(row.line)}: <bdi>{row.value || "(empty)"}</bdi>
                    <span className="text-muted-foreground"> · {row.reason === "nobody" ? "nobody here" : "not such an identifier"}</span>
                  </li>
                ))}
              </ul>
            </details>
          )}
        </li>
      ))}
    </ol>
  );
}

function Settings({ list, change, remove, onChanged }: Pick<Props, "change" | "remove"> & { list: ListDetail; onChanged: () => void }) {
  const [name, setName] = useState(list.name);
  const [description, setDescription] = useState(list.description ?? "");
  const save = useAction(change, { success: "Saved", inline: true, onSuccess: onChanged });
  return (
    <div className="grid max-w-2xl gap-6">
      <form
        className="grid gap-4"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void save.run({ id: list.id, name, description: description.trim() || null });
        }}
      >
        <Field label="Name" error={save.fields.name}>
          <Input value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field label="Description" error={save.fields.description}>
          <Textarea rows={2} value={description} onChange={(event) => setDescription(event.target.value)} />
        </Field>
        <div>
          <Button type="submit" pending={save.pending}>
            Save settings
          </Button>
        </div>
      </form>
      <section aria-labelledby="delete" className="grid gap-2 rounded-lg border p-4">
        <h2 id="delete" className="font-medium">
          Delete this list
        </h2>
        <p className="text-sm text-muted-foreground">
          The people stay; that they were on it is gone. Segments that use it must let go of it first.
        </p>
        <DeleteButton
          id={list.id}
          name={list.name}
          noun="list"
          loses={`${formatCount(list.size)} ${list.size === 1 ? "person is" : "people are"} on it.`}
          remove={remove}
          leadsTo="/segments/lists"
        />
      </section>
    </div>
  );
}

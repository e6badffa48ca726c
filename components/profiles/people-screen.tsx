"use client";

import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Download, Rows2, Rows3, UserSearch } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useQueryStates } from "nuqs";
import { useCallback, useMemo, useState } from "react";
import { ColumnChooser, DataTable } from "@/components/data-table";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle, DialogTrigger } from "@/components/ui/dialog";
import { Empty } from "@/components/ui/empty";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { Switch } from "@/components/ui/switch";
import { Hint } from "@/components/ui/tooltip";
import { LEGAL_BASIS_LABELS, type PurposeChoice } from "@/domain/consent/model";
import type { Result } from "@/domain/kernel/errors";
import { PEOPLE_COLUMNS } from "@/domain/profiles/model";
import type { PersonRow, SavedView } from "@/domain/profiles/schemas";
import { formatNumber, personName } from "./format";
import { peopleColumn } from "./people-columns";
import { type Facets, PeopleFilters } from "./people-filters";
import { DEFAULT_COLUMNS, filterOf, peopleParams } from "./people-params";
import { PeopleViews } from "./people-views";
import { ProfileSearch } from "./profile-search";
import { fetchCount, fetchPeople, getJson, peopleKeys, toQuery } from "./queries";

export interface PeopleScreenProps {
  facets: Facets;
  views: SavedView[];
  /** Time of the request, so that "3 hours ago" is the same on server and client. */
  now: number;
  may: { seePersonalData: boolean; export: boolean; saveViews: boolean };
  saveView: (input: unknown) => Promise<Result<SavedView>>;
  deleteView: (id: string) => Promise<Result<null>>;
}

export function PeopleScreen({ facets, views, now, may, saveView, deleteView }: PeopleScreenProps) {
  const router = useRouter();
  const [state, setState] = useQueryStates(peopleParams, { history: "push", clearOnDefault: true });
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const filter = useMemo(() => filterOf(state), [state]);
  const columns = useMemo(
    () => state.columns.flatMap((key) => peopleColumn(key, now, facets.computed) ?? []),
    [state.columns, now, facets.computed],
  );
  const query = {
    filter,
    sort: state.sort,
    order: state.order,
    traits: columns.filter((column) => column.key.startsWith("trait:")).map((column) => column.key.slice(6)),
    computed: columns.filter((column) => column.key.startsWith("computed:")).map((column) => column.key.slice(9)),
  };
  const people = useInfiniteQuery({
    queryKey: peopleKeys.list(query),
    queryFn: ({ pageParam, signal }) => fetchPeople(query, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  });
  const count = useQuery({
    queryKey: peopleKeys.count(filter),
    queryFn: ({ signal }) => fetchCount(filter, signal),
    placeholderData: keepPreviousData,
  });
  const rows = useMemo(() => people.data?.pages.flatMap((page) => page.rows) ?? [], [people.data]);
  const { fetchNextPage } = people;
  const more = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  const open = useCallback(
    (row: PersonRow, newTab: boolean) => {
      const href = `/profiles/${row.id}`;
      if (newTab) window.open(href, "_blank", "noopener");
      else router.push(href);
    },
    [router],
  );
  const filtered = Object.keys(filter).length > 0;
  const total = count.data?.count;
  const picked = rows.filter((row) => selected.has(String(row.id)));
  const choices = useMemo(
    () => [
      ...Object.entries(PEOPLE_COLUMNS).map(([key, label]) => ({ key, label, group: "Person" })),
      ...facets.computed.map((trait) => ({ key: `computed:${trait.key}`, label: trait.name, group: "Computed traits" })),
      ...facets.traits.map((trait) => ({ key: `trait:${trait.key}`, label: trait.key, group: "Traits" })),
    ],
    [facets.traits, facets.computed],
  );

  return (
    <div className="flex min-h-0 flex-1 flex-col gap-3">
      <ProfileSearch q={state.q} mayFilter={may.seePersonalData} onFilter={(q) => void setState({ q })} />
      <div className="flex flex-wrap items-center gap-2">
        <PeopleViews
          views={views}
          state={state}
          may={may.saveViews}
          onApply={(next) => void setState(next)}
          saveView={saveView}
          deleteView={deleteView}
        />
        <PeopleFilters state={state} facets={facets} unmasked={may.seePersonalData} onChange={(change) => void setState(change)} />
        <div className="ml-auto flex flex-wrap items-center gap-2">
          <Hint text={state.density === "compact" ? "Taller rows" : "Smaller rows"}>
            <Button
              variant="outline"
              size="icon"
              aria-label={state.density === "compact" ? "Taller rows" : "Smaller rows"}
              onClick={() => void setState({ density: state.density === "compact" ? "comfortable" : "compact" }, { history: "replace" })}
            >
              {state.density === "compact" ? <Rows2 aria-hidden /> : <Rows3 aria-hidden />}
            </Button>
          </Hint>
          <ColumnChooser
            choices={choices}
            value={state.columns}
            onChange={(keys) => void setState({ columns: keys }, { history: "replace" })}
            onReset={() => void setState({ columns: [...DEFAULT_COLUMNS] })}
          />
          {may.export ? <ExportDialog filter={filter} columns={state.columns} total={total} masked={!may.seePersonalData} /> : null}
        </div>
      </div>
      {people.error ? (
        <Empty
          icon={UserSearch}
          title="People could not be read"
          description={people.error.message}
          actions={<Button onClick={() => void people.refetch()}>Try again</Button>}
        />
      ) : (
        <DataTable
          className="min-h-72 flex-1"
          label="People"
          columns={columns}
          rows={rows}
          rowId={(row) => String(row.id)}
          rowName={personName}
          onOpen={open}
          sort={{ key: state.sort, order: state.order }}
          onSort={(sort) => void setState({ sort: sort.key as typeof state.sort, order: sort.order })}
          density={state.density}
          selected={selected}
          onSelect={setSelected}
          hasMore={people.hasNextPage}
          loading={people.isPending || people.isFetchingNextPage}
          onMore={more}
          {...(total === undefined ? {} : { total })}
          empty={
            filtered ? (
              <Empty
                icon={UserSearch}
                title="Nobody matches these filters"
                description="Take a condition away, or look for a whole identifier in the search box."
                className="border-0"
              />
            ) : (
              <Empty
                icon={UserSearch}
                title="No people yet"
                description="People appear here seconds after a source sends the first event about them."
                className="border-0"
                actions={
                  <Button asChild>
                    <Link href="/sources">Connect a source</Link>
                  </Button>
                }
              />
            )
          }
        />
      )}
      <div className="flex min-h-7 flex-wrap items-center justify-between gap-2 text-xs text-muted-foreground">
        <p role="status">
          {total === undefined ? (
            count.error ? (
              "The exact number could not be counted in time."
            ) : (
              "Counting…"
            )
          ) : (
            <>
              <span className="font-medium text-foreground tabular-nums">{formatNumber(total)}</span> {total === 1 ? "person" : "people"}
              {filtered ? " match" : " in all"}
            </>
          )}
          {may.seePersonalData ? null : " · identifiers and personal traits are masked for you"}
        </p>
        {picked.length > 0 ? (
          <div className="flex items-center gap-2">
            <span className="tabular-nums">{formatNumber(selected.size)} selected</span>
            <Button
              size="sm"
              variant="outline"
              onClick={() => void navigator.clipboard.writeText(picked.map((row) => row.id).join("\n")).catch(() => {})}
            >
              Copy profile ids
            </Button>
            <Button size="sm" variant="ghost" onClick={() => setSelected(new Set())}>
              Clear selection
            </Button>
          </div>
        ) : null}
      </div>
    </div>
  );
}

function ExportDialog({
  filter,
  columns,
  total,
  masked,
}: {
  filter: object;
  columns: readonly string[];
  total: number | undefined;
  masked: boolean;
}) {
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState<string>();
  const choices = useQuery({
    queryKey: ["consent", "purposes", "export"],
    queryFn: ({ signal }) => getJson<PurposeChoice[]>("/api/consent/purposes?destination=export", signal),
    enabled: open,
  });
  const purpose = choices.data?.find(({ id, usual }) => (chosen === undefined ? usual : id === chosen));
  const [anonymous, setAnonymous] = useState(false);
  const [k, setK] = useState(10);
  const href = (bom: boolean) =>
    `/api/profiles/export?${toQuery({ filter, columns, bom: bom ? true : undefined, purpose: purpose?.id, k: anonymous ? k : undefined })}`;
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button variant="outline">
          <Download aria-hidden />
          Export
        </Button>
      </DialogTrigger>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>Export people as CSV</DialogTitle>
          <DialogDescription>
            {total === undefined ? "All matching people" : `${formatNumber(total)} ${total === 1 ? "person" : "people"}`} with the{" "}
            {columns.length} columns shown, ordered by profile id. The export is written to the audit log with your name, the filter, the
            number of rows and a hash of the file.
          </DialogDescription>
        </DialogHeader>
        <Field
          label="What is this list for?"
          hint={
            purpose
              ? `${formatNumber(purpose.people)} people may be used for ${purpose.name} now (${LEGAL_BASIS_LABELS[purpose.legalBasis].toLowerCase()}). Everybody else is left out of the file.`
              : choices.error
                ? "The purposes could not be read. The file is made for the usual purpose of exports."
                : "Reading the purposes…"
          }
        >
          <NativeSelect value={purpose?.id ?? ""} onChange={(event) => setChosen(event.target.value)} disabled={!choices.data}>
            {choices.data?.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </NativeSelect>
        </Field>
        <Field
          orientation="horizontal"
          label="Anonymous file"
          hint="No names, addresses or personal traits, a pseudonym of the month in place of ids, coarser dates and numbers, and only people who share country, city and traits with enough others."
        >
          <Switch checked={anonymous} onCheckedChange={setAnonymous} />
        </Field>
        {anonymous ? (
          <Field label="Fewest people alike" hint="Smaller groups are left out, and the smallest further ones with them.">
            <Input
              type="number"
              min={5}
              max={1000}
              value={k}
              onChange={(event) => setK(Math.min(1000, Math.max(5, Math.round(Number(event.target.value)) || 5)))}
              className="w-28"
            />
          </Field>
        ) : null}
        <ul className="list-disc space-y-1 pl-5 text-sm text-muted-foreground">
          {masked ? <li>Identifiers and personal traits are masked: your role does not see them.</li> : null}
          <li>
            Text that a spreadsheet would run as a formula, such as <code>+49…</code> or <code>=1+1</code>, gets a leading apostrophe. Raw
            values come through the Profile API.
          </li>
        </ul>
        <DialogFooter>
          <Button variant="outline" asChild>
            <a href={href(true)} download onClick={() => setOpen(false)}>
              For Excel
            </a>
          </Button>
          <Button asChild>
            <a href={href(false)} download onClick={() => setOpen(false)}>
              Download CSV
            </a>
          </Button>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  );
}

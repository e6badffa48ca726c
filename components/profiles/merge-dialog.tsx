"use client";

import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { GitMerge, TriangleAlert } from "lucide-react";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { useAction } from "@/components/layout/use-action";
import { Avatar } from "@/components/ui/avatar";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import { RadioGroup, RadioGroupItem } from "@/components/ui/radio-group";
import { Skeleton } from "@/components/ui/skeleton";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import type { MergePreview, MergeSide } from "@/domain/profiles/schemas";
import { formatDay, formatNumber, identifierLabel, personName } from "./format";
import type { IdentityChanges } from "./identity-changes";
import { fetchMergePreview, fetchSearch, peopleKeys, profileKeys } from "./queries";
import { TraitValue } from "./trait-value";

/** Find another person, see both beside each other and what they would be as one, say why, confirm. */
export function MergeDialog({
  profileId,
  name,
  merge,
  onClose,
}: {
  profileId: number;
  name: string;
  merge: IdentityChanges["merge"];
  onClose: () => void;
}) {
  const [other, setOther] = useState<number | null>(null);
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent className="max-w-2xl">
        <DialogHeader>
          <DialogTitle>Merge {name} with another person</DialogTitle>
          <DialogDescription>
            {other === null
              ? "Find the other person first; nothing changes before you confirm."
              : "Both histories are read as one person's from now on. Nothing is moved, so that it can be taken back at any time."}
          </DialogDescription>
        </DialogHeader>
        {other === null ? (
          <Find self={profileId} onChoose={setOther} />
        ) : (
          <Compare profileId={profileId} other={other} merge={merge} onBack={() => setOther(null)} onClose={onClose} />
        )}
      </DialogContent>
    </Dialog>
  );
}

function Find({ self, onChoose }: { self: number; onChoose: (id: number) => void }) {
  const [text, setText] = useState("");
  const [wanted, setWanted] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setWanted(text.trim()), 150);
    return () => clearTimeout(timer);
  }, [text]);
  const { data, error } = useQuery({
    queryKey: peopleKeys.search(wanted),
    queryFn: ({ signal }) => fetchSearch(wanted, signal),
    enabled: wanted !== "",
    placeholderData: keepPreviousData,
  });
  const hits = wanted === "" ? [] : (data?.hits ?? []).filter((hit) => hit.id !== self);
  const settled = wanted !== "" && wanted === text.trim() && data !== undefined;
  return (
    <div className="grid min-h-64 content-start gap-3">
      <Field label="The other person" hint="E-mail, phone, user id, device id, order number or name.">
        <Input
          type="search"
          autoComplete="off"
          spellCheck={false}
          maxLength={500}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </Field>
      {error ? <p className="text-sm text-destructive-text">{error.message}</p> : null}
      <p role="status" className="text-sm text-muted-foreground empty:hidden">
        {settled && hits.length === 0
          ? data.hits.length > 0
            ? "Only this very person was found."
            : data.exactOnly
              ? "Nobody has exactly this identifier. Without the permission to see personal data only whole identifiers are searched."
              : "Nobody has this identifier, name or e-mail."
          : ""}
      </p>
      {hits.length > 0 ? (
        <ul className="grid divide-y rounded-md border" aria-label="People found">
          {hits.map((hit) => (
            <li key={hit.id}>
              <button
                type="button"
                className="flex w-full items-center gap-3 px-3 py-2 text-left hover:bg-accent"
                onClick={() => onChoose(hit.id)}
              >
                <Avatar name={hit.name ?? hit.email ?? "?"} />
                <span className="min-w-0 flex-1">
                  <span className="block truncate text-sm font-medium">{personName(hit)}</span>
                  <span className="block truncate text-xs text-muted-foreground">
                    {hit.email ?? hit.phone ?? (hit.known ? "Known" : "Anonymous")} · profile {hit.id} · last seen{" "}
                    {formatDay(hit.lastSeenAt)}
                  </span>
                </span>
              </button>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

function Compare({
  profileId,
  other,
  merge,
  onBack,
  onClose,
}: {
  profileId: number;
  other: number;
  merge: IdentityChanges["merge"];
  onBack: () => void;
  onClose: () => void;
}) {
  const router = useRouter();
  const client = useQueryClient();
  const [survivor, setSurvivor] = useState(profileId);
  const [reason, setReason] = useState("");
  const { data, error, refetch } = useQuery({
    queryKey: profileKeys.mergePreview(profileId, other),
    queryFn: ({ signal }) => fetchMergePreview(profileId, other, signal),
    staleTime: 0,
  });
  const action = useAction(merge, {
    success: "Merged: they are one person now",
    onSuccess: async ({ profileId: joined }) => {
      onClose();
      await client.invalidateQueries({ queryKey: ["profile"] });
      if (joined === profileId) router.refresh();
      else router.push(`/profiles/${joined}?tab=identities`);
    },
  });
  if (error)
    return (
      <div className="grid justify-items-start gap-3">
        <p className="text-sm text-destructive-text">{error.message}</p>
        <div className="flex gap-2">
          <Button variant="outline" onClick={onBack}>
            Choose another person
          </Button>
          <Button onClick={() => void refetch()}>Try again</Button>
        </div>
      </div>
    );
  if (!data) return <Skeleton className="h-80" />;
  const [one, two] = data.sides;
  const keeps = survivor === one.id ? one : two;
  const gives = survivor === one.id ? two : one;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <RadioGroup
        aria-label="Which profile id the person keeps"
        className="grid gap-3 sm:grid-cols-2"
        value={String(survivor)}
        onValueChange={(value) => setSurvivor(Number(value))}
      >
        {data.sides.map((side) => (
          <Side key={side.id} side={side} chosen={side.id === survivor} />
        ))}
      </RadioGroup>
      <Together preview={data} />
      <Field label="Reason" hint="Stands in the merge ledger and the audit log: no personal data, please.">
        <Input
          value={reason}
          maxLength={500}
          placeholder="Same customer, changed the e-mail address"
          onChange={(event) => setReason(event.target.value)}
        />
      </Field>
      <DialogFooter>
        <Button variant="outline" onClick={onBack}>
          Choose another person
        </Button>
        <Button
          pending={action.pending}
          disabled={reason.trim() === ""}
          onClick={() => void action.run({ survivorId: keeps.id, loserId: gives.id, reason: reason.trim() })}
        >
          <GitMerge aria-hidden />
          Merge into profile {keeps.id}
        </Button>
      </DialogFooter>
    </div>
  );
}

function Side({ side, chosen }: { side: MergeSide; chosen: boolean }) {
  const shown = side.identifiers.slice(0, 5);
  return (
    <div className="min-w-0 rounded-md border p-3 text-sm">
      <p className="flex items-center gap-2">
        <span className="truncate font-medium">
          {personName({ ...side, phone: null, userId: shown.find(({ type }) => type === "user_id")?.value ?? null })}
        </span>
        {side.known ? <Badge variant="primary">Known</Badge> : <Badge>Anonymous</Badge>}
      </p>
      <p className="mt-0.5 text-xs text-muted-foreground">
        {formatNumber(side.eventCount)} {side.eventCount === 1 ? "event" : "events"} · {formatNumber(side.orderCount)}{" "}
        {side.orderCount === 1 ? "order" : "orders"} · {formatDay(side.firstSeenAt)} to {formatDay(side.lastSeenAt)}
      </p>
      <ul className="mt-1.5 grid gap-0.5 text-xs">
        {shown.map((item) => (
          <li key={`${item.type}-${item.value}`} className="truncate" title={item.value}>
            <span className="text-muted-foreground">{identifierLabel(item.type)}</span> {item.value}
          </li>
        ))}
        {side.identifierCount > shown.length ? (
          <li className="text-muted-foreground">and {side.identifierCount - shown.length} more</li>
        ) : null}
      </ul>
      <div className="mt-2.5 flex items-center gap-2">
        <RadioGroupItem id={`survivor-${side.id}`} value={String(side.id)} />
        <Label htmlFor={`survivor-${side.id}`} className="text-xs font-normal">
          {chosen ? `Keeps its id ${side.id}` : `Id ${side.id} will lead to the other`}
        </Label>
      </div>
    </div>
  );
}

function Together({ preview }: { preview: MergePreview }) {
  const [one, two] = preview.sides;
  const warnings = [
    ...(preview.takenApart ? ["Somebody took these two apart before. Merging them lifts that."] : []),
    ...preview.limits.map(
      ({ type, count, limit }) =>
        `Together they hold ${count} values of ${identifierLabel(type)}, where the rules bring together ${limit} at most. Are they really one person?`,
    ),
  ];
  return (
    <section aria-label="As one person" className="grid gap-2 text-sm">
      <h3 className="font-medium">As one person</h3>
      <p className="text-muted-foreground">
        {formatNumber(preview.identifiers)} identifiers · {formatNumber(preview.traitCount)} traits ·{" "}
        {formatNumber(one.eventCount + two.eventCount)} events · {formatNumber(one.orderCount + two.orderCount)} orders
      </p>
      {warnings.map((warning) => (
        <p key={warning} className="flex items-start gap-2 rounded-md bg-warning-soft px-3 py-2 text-warning-text">
          <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
          {warning}
        </p>
      ))}
      {preview.traits.length === 0 ? (
        <p className="text-muted-foreground">No trait has different values on the two sides.</p>
      ) : (
        <Table aria-label="Traits with different values">
          <TableHeader>
            <TableRow>
              <TableHead>Trait</TableHead>
              <TableHead>Profile {one.id}</TableHead>
              <TableHead>Profile {two.id}</TableHead>
            </TableRow>
          </TableHeader>
          <TableBody>
            {preview.traits.map((trait) => (
              <TableRow key={trait.key}>
                <TableCell className="text-muted-foreground">{trait.key}</TableCell>
                {preview.sides.map((side, index) => (
                  <TableCell key={side.id} className={trait.wins === side.id ? "font-medium" : "text-muted-foreground"}>
                    <TraitValue value={trait.values[index] ?? null} />{" "}
                    {trait.wins === side.id ? <Badge variant="success">Wins</Badge> : null}
                  </TableCell>
                ))}
              </TableRow>
            ))}
          </TableBody>
        </Table>
      )}
    </section>
  );
}

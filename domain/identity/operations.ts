import type { TxSql } from "@/db/client";
import type { CompiledRules } from "./compile-rules";
import { rulesAt, type PlacedOperation } from "./cursor";
import type { IdentifierRef, IdentityOperation } from "./model";
import { fragmentsWith, recomputePeople, reconcileAgain } from "./recompute";

export interface MergeRow {
  id: string;
  survivorId: number;
  loserId: number;
  survivorFragment: number;
  loserFragment: number;
  evidence: (IdentifierRef & { profileId: number })[];
}

/** An active row of the ledger, or undefined. */
export async function activeMerge(tx: TxSql, id: string): Promise<MergeRow | undefined> {
  const [row] = await tx<MergeRow[]>`
    select id, survivor_id as "survivorId", loser_id as "loserId", survivor_fragment as "survivorFragment", loser_fragment as "loserFragment", evidence
    from merges where id = ${id} and undone_at is null`;
  return row;
}

/** Takes one edge away: the two people that it joined are there again. Returns their canonical ids. */
export async function undoMerge(
  tx: TxSql,
  merge: MergeRow,
  how: { at: Date; actorId: string | null; reason: string | null; neverMerge: boolean },
  rules: CompiledRules,
): Promise<{ survivor: number; loser: number }> {
  const fragments = await fragmentsWith(tx, [merge.survivorFragment]);
  await tx`update merges set undone_at = ${how.at}, undone_by = ${how.actorId}, undone_reason = ${how.reason} where id = ${merge.id}`;
  if (how.neverMerge) await keepApart(tx, merge.survivorFragment, merge.loserFragment, merge.id, how);
  const canonical = await recomputePeople(tx, fragments, rules);
  return {
    survivor: canonical.get(merge.survivorFragment) ?? merge.survivorFragment,
    loser: canonical.get(merge.loserFragment) ?? merge.loserFragment,
  };
}

async function keepApart(tx: TxSql, a: number, b: number, mergeId: string, how: { at: Date; actorId: string | null }): Promise<void> {
  await tx`
    insert into never_merge (low_id, high_id, merge_id, created_at, created_by)
    values (${Math.min(a, b)}, ${Math.max(a, b)}, ${mergeId}, ${how.at}, ${how.actorId}) on conflict do nothing`;
}

/** Ids of merges sort in the order of their making: position in the inbox, then messages before changes by hand. */
const operatorMergeId = (processed: number, operationId: number): string =>
  `mrg_${String(processed).padStart(12, "0")}b${String(operationId).padStart(10, "0")}`;

/** Joins two people by hand. A pair that was taken apart before may be joined again: somebody decided so. */
export async function joinByHand(
  tx: TxSql,
  sides: { survivorId: number; loserId: number },
  evidence: { survivor: IdentifierRef[]; loser: IdentifierRef[] },
  how: { at: Date; actorId: string | null; operationId: number; processed: number },
  rules: CompiledRules,
): Promise<{ mergeId: string }> {
  const { survivorId, loserId } = sides;
  const fragments = await fragmentsWith(tx, [survivorId, loserId]);
  const mergeId = operatorMergeId(how.processed, how.operationId);
  const seen = [
    ...evidence.survivor.map((ref) => ({ ...ref, profileId: survivorId })),
    ...evidence.loser.map((ref) => ({ ...ref, profileId: loserId })),
  ];
  const list = `{${fragments.join(",")}}`;
  await tx`delete from never_merge where low_id = any(${list}::text::int[]) and high_id = any(${list}::text::int[])`;
  await tx`
    insert into merges (id, at, survivor_id, loser_id, survivor_fragment, loser_fragment, cause, evidence, rules_version, actor_id)
    values (${mergeId}, ${how.at}, ${survivorId}, ${loserId}, ${survivorId}, ${loserId}, 'operator', ${JSON.stringify(seen)}::text::jsonb,
      ${rules.version}, ${how.actorId})`;
  await recomputePeople(tx, fragments, rules);
  return { mergeId };
}

/** Where identifiers stand: their fragments and the people these are read through. */
export async function locate(
  tx: TxSql,
  refs: readonly IdentifierRef[],
): Promise<(IdentifierRef & { fragment: number; canonical: number })[]> {
  return tx<(IdentifierRef & { fragment: number; canonical: number })[]>`
    select i.type, i.value, i.profile_id as fragment, coalesce(a.canonical_id, i.profile_id) as canonical
    from unnest(${refs.map((ref) => ref.type)}::text[], ${refs.map((ref) => ref.value)}::text[]) k(type, value)
    join identifiers i on i.type = k.type and i.value = k.value left join profile_aliases a on a.profile_id = i.profile_id`;
}

/**
 * Gives chosen identifiers of one person a fragment of their own. Events and traits that came before stay where they are
 * (they were that fragment's); what comes from now on under these identifiers is the new person's.
 */
export async function splitOff(
  tx: TxSql,
  located: readonly (IdentifierRef & { fragment: number })[],
  how: { at: Date; actorId: string | null; operationId: number },
  rules: CompiledRules,
): Promise<number> {
  const from = [...new Set(located.map(({ fragment }) => fragment))];
  const fragments = await fragmentsWith(tx, from);
  const [row] = await tx<{ id: number }[]>`
    update processing_cursors set next_profile_id = next_profile_id + 1 where name = 'main' returning next_profile_id - 1 as id`;
  const id = row?.id ?? 0;
  await tx`insert into profiles (id, created_at, first_seen_at, last_seen_at) values (${id}, ${how.at}, ${how.at}, ${how.at})`;
  await tx`
    update identifiers i set profile_id = ${id}
    from unnest(${located.map((ref) => ref.type)}::text[], ${located.map((ref) => ref.value)}::text[]) k(type, value)
    where i.type = k.type and i.value = k.value`;
  for (const fragment of from) await keepApart(tx, id, fragment, `split_${how.operationId}`, how);
  await recomputePeople(tx, [...fragments, id], rules);
  return id;
}

/** Repeats a recorded change at its place while history is replayed. Rules are in force by their position alone. */
export async function repeatOperation(tx: TxSql, placed: PlacedOperation, processed: number): Promise<void> {
  const { operation, at, actorId, id } = placed;
  const rules = await rulesAt(tx, { xid: placed.xid, id: placed.inboxId }, id);
  if (operation.kind === "rules") {
    await reconcileAgain(tx, await rulesAt(tx, { xid: placed.xid, id: placed.inboxId }, id - 1), rules);
    return;
  }
  const how = { at, actorId, operationId: id, processed };
  if (!(await repeat(tx, operation, how, rules))) {
    await tx`
      insert into identity_notes (at, last_at, code, key, detail) values (${at}, ${at}, 'operation_not_repeated', ${`operation|${id}`},
        ${JSON.stringify({ kind: operation.kind, operation: id })}::text::jsonb) on conflict (key) do nothing`;
  }
}

type How = { at: Date; actorId: string | null; operationId: number; processed: number };

async function repeat(
  tx: TxSql,
  operation: Exclude<IdentityOperation, { kind: "rules" }>,
  how: How,
  rules: CompiledRules,
): Promise<boolean> {
  switch (operation.kind) {
    case "unmerge": {
      const merge = (await activeMerge(tx, operation.mergeId)) ?? (await mergeBetween(tx, operation));
      if (!merge) return false;
      await undoMerge(tx, merge, { ...how, reason: operation.reason, neverMerge: operation.neverMerge }, rules);
      return true;
    }
    case "merge": {
      const survivorId = await personOf(tx, operation.survivor, operation.survivorId);
      const loserId = await personOf(tx, operation.loser, operation.loserId);
      if (survivorId === undefined || loserId === undefined || survivorId === loserId) return false;
      await joinByHand(tx, { survivorId, loserId }, operation, how, rules);
      return true;
    }
    case "erased":
      await tx`update processing_cursors set next_profile_id = next_profile_id + 1 where name = 'main'`;
      return true;
    case "split": {
      const located = await locate(tx, operation.identifiers);
      if (located.length === 0 || new Set(located.map(({ canonical }) => canonical)).size > 1) return false;
      await splitOff(tx, located, how, rules);
      return true;
    }
  }
}

/** Under other rules a merge may have another place: the edge between the fragments that hold the same identifiers. */
async function mergeBetween(tx: TxSql, operation: { survivor: IdentifierRef[]; loser: IdentifierRef[] }): Promise<MergeRow | undefined> {
  const ends = [await locate(tx, operation.survivor), await locate(tx, operation.loser)].map(
    (side) => `{${side.map(({ fragment }) => fragment).join(",")}}`,
  );
  const [row] = await tx<MergeRow[]>`
    select id, survivor_id as "survivorId", loser_id as "loserId", survivor_fragment as "survivorFragment", loser_fragment as "loserFragment", evidence
    from merges where undone_at is null
      and ((survivor_fragment = any(${ends[0] ?? "{}"}::text::int[]) and loser_fragment = any(${ends[1] ?? "{}"}::text::int[]))
        or (survivor_fragment = any(${ends[1] ?? "{}"}::text::int[]) and loser_fragment = any(${ends[0] ?? "{}"}::text::int[])))
    order by id limit 1`;
  return row;
}

/** The person that holds any of these identifiers; by its number where it holds none. */
async function personOf(tx: TxSql, refs: IdentifierRef[], id: number): Promise<number | undefined> {
  const [first] = await locate(tx, refs);
  if (first) return first.canonical;
  const [row] = await tx<{ id: number }[]>`
    select coalesce(a.canonical_id, p.id) as id from profiles p left join profile_aliases a on a.profile_id = p.id where p.id = ${id}`;
  return refs.length === 0 ? row?.id : undefined;
}

import type { AnySql } from "@/db/client";
import { mentionsIn } from "./mentions";
import { CARRIER_LABELS, UNTRACED, type CarrierKind, type FieldRef, type Inherited } from "./model";

/** A definition to look into: `json` is the thing itself, `name` how it is called on the way; null: it needs no word. */
export interface Root {
  name: string | null;
  json: unknown;
  /** Fields that are put out as they are: columns of a file. */
  fields?: readonly FieldRef[];
}

interface Step {
  path: string[];
  json: unknown;
}

const spoken = (kind: CarrierKind, name: string): string => `${CARRIER_LABELS[kind]} "${name}"`;

/**
 * Every label that something carries, with the field that has it and the way to it: conditions, computed traits, other
 * segments and templates are followed as they stand now, each once. A handful of reads by key, whatever the size of the data.
 */
export async function inheritedLabels(sql: AnySql, root: Root, known?: Classes): Promise<Inherited[]> {
  const classes = known ?? (await fieldLabels(sql));
  const out = new Map<string, Inherited>();
  const note = (label: string, field: string, path: string[]): void => {
    const key = `${label}\0${field}`;
    const known = out.get(key);
    // The shortest way is the one to be told.
    if (!known || known.path.length > path.length) out.set(key, { label, field, path });
  };
  const seen = new Set<string>();
  let steps: Step[] = [{ path: root.name === null ? [] : [root.name], json: root.json }];
  for (const field of root.fields ?? []) for (const hit of classes.of(field)) note(hit.label, hit.field, []);
  while (steps.length > 0) {
    const wanted: { kind: string; id: string; path: string[] }[] = [];
    for (const { json, path } of steps) {
      const found = mentionsIn(json);
      if (found.untraced) note(UNTRACED, "a SQL condition", path);
      for (const field of found.fields) for (const hit of classes.of(field)) note(hit.label, hit.field, path);
      for (const { kind, id } of found.names) wanted.push({ kind, id, path });
      for (const id of found.computedKeys) wanted.push({ kind: "computed", id, path });
      for (const id of found.segmentKeys) wanted.push({ kind: "segment", id, path });
    }
    const fresh = wanted.filter(({ kind, id }) => !seen.has(`${kind}:${id}`));
    for (const { kind, id } of fresh) seen.add(`${kind}:${id}`);
    steps = fresh.length === 0 ? [] : await definitions(sql, fresh);
  }
  return [...out.values()].toSorted((a, b) => a.path.length - b.path.length || (a.field < b.field ? -1 : 1));
}

/** Definitions by id or key, as they stand. */
async function definitions(sql: AnySql, wanted: readonly { kind: string; id: string; path: string[] }[]): Promise<Step[]> {
  const rows = await sql<{ kind: CarrierKind; id: string; key: string; name: string; json: unknown }[]>`
    with w as (select distinct kind, id from json_to_recordset(${JSON.stringify(wanted)}::text::json) as w(kind text, id text))
    select 'segment' as kind, s.id, s.key, s.name, v.rule as json from w join segments s on w.kind = 'segment' and (s.id = w.id or s.key = w.id)
      join segment_versions v on v.segment_id = s.id and v.version = s.version
    union all
    select 'computed', t.id, t.key, t.name, v.definition from w join computed_traits t on w.kind = 'computed' and (t.id = w.id or t.key = w.id)
      join computed_trait_versions v on v.trait_id = t.id and v.version = t.version
    union all
    select 'template', t.id, t.id, t.name, jsonb_build_object('own', t.content, 'shared', (
      select jsonb_agg(jsonb_build_object('templateId', u.uses_id)) from template_uses u where u.template_id = t.id))
      from w join templates t on w.kind = 'template' and t.id = w.id`;
  return rows.map(({ kind, id, key, name, json }) => {
    const asked = wanted.find((one) => one.kind === kind && (one.id === id || one.id === key));
    return { path: [...(asked?.path ?? []), spoken(kind, name)], json };
  });
}

export interface Classes {
  of(field: FieldRef): { label: string; field: string }[];
}

const plain = (key: string): string => key.toLowerCase().replaceAll(/[_\-\s]/g, "");

/** Labels of fields: the class of the data map (an admin's word before what was found), and labels that admins gave. */
export async function fieldLabels(sql: AnySql): Promise<Classes> {
  const rows = await sql<{ kind: "trait" | "event"; scope: string; key: string; labels: string[] }[]>`
    select kind, scope, key, case when coalesce(confirmed, found) = 'not_personal' then labels else coalesce(confirmed, found) || labels end as labels
    from field_classes where coalesce(confirmed, found) <> 'not_personal' or labels <> '{}'`;
  const known = rows.map((row) => ({ ...row, plain: plain(row.key) }));
  return {
    of: (field) => {
      const asked = plain(field.key);
      return known
        .filter(
          (row) =>
            row.kind === field.kind &&
            (field.kind === "trait" || field.scope === "" || row.scope === field.scope) &&
            // The whole holds its parts, and a part is of the class of the whole.
            (asked === "" || asked === row.plain || asked.startsWith(`${row.plain}.`) || row.plain.startsWith(`${asked}.`)),
        )
        .flatMap((row) =>
          row.labels.map((label) => ({
            label,
            field: row.kind === "trait" ? `trait "${row.key}"` : `property "${row.key}" of "${row.scope}"`,
          })),
        );
    },
  };
}

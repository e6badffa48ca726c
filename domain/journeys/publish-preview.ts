import { requirePermission } from "@/domain/access";
import type { Ctx } from "@/domain/kernel/context";
import { DomainError } from "@/domain/kernel/errors";
import { definitionsOf, versionKey } from "./definitions";
import { findProblems, reachable } from "./graph";
import { missingParts } from "./missing-parts";
import { definitionSchema } from "./model";
import type { PublishedVersion, PublishPreview } from "./schemas";

/** What publishing the draft as it is stored would meet. Changes nothing. Cost: the journey's active runs. */
export async function previewPublish(ctx: Ctx, journeyId: string): Promise<PublishPreview> {
  requirePermission(ctx, "journeys:read");
  const [row] = await ctx.sql<{ draft: unknown; revision: number }[]>`
    select draft, draft_revision as revision from journeys where id = ${journeyId} and archived_at is null`;
  if (!row) throw new DomainError("NOT_FOUND", "This journey is not there any more.");
  const draft = definitionSchema.parse(row.draft);
  const standing = await ctx.sql<{ version: number; node: string | null; people: number }[]>`
    select version, node, count(*)::int as people from journey_runs
    where journey_id = ${journeyId} and status = 'active' group by version, node order by version desc, people desc, node`;
  const versions = await definitionsOf(
    ctx.sql,
    [...new Set(standing.map(({ version }) => version))].map((version) => ({ journeyId, version })),
  );
  const reached = reachable(draft);
  const kept = new Map(draft.nodes.filter((node) => reached.has(node.id)).map((node) => [node.id, node.kind]));
  return {
    revision: row.revision,
    problems: [...findProblems(draft), ...(await missingParts(ctx, draft))],
    inside: standing.map(({ version, node, people }) => {
      const old = versions.get(versionKey(journeyId, version))?.nodes.find(({ id }) => id === node);
      return { version, node, label: old?.label ?? "", people, movable: old !== undefined && kept.get(old.id) === old.kind };
    }),
  };
}

/** A published drawing, to look at and to compare. */
export async function publishedVersion(ctx: Ctx, journeyId: string, version: number): Promise<PublishedVersion> {
  requirePermission(ctx, "journeys:read");
  const definition = (await definitionsOf(ctx.sql, [{ journeyId, version }])).get(versionKey(journeyId, version));
  if (!definition) throw new DomainError("NOT_FOUND", `Version ${version} of this journey is not there.`);
  return { version, definition };
}

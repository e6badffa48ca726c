import type { AnySql } from "@/db/client";
import type { TemplateUse } from "./model";

/** Journeys (drafts and what people are in), broadcasts that are not over, and templates that hold it. */
export async function usesOf(sql: AnySql, templateId: string): Promise<TemplateUse[]> {
  const named = JSON.stringify({ id: templateId });
  return sql<TemplateUse[]>`
    select 'journey' as kind, j.id, j.name from journeys j where j.archived_at is null and (
      jsonb_path_exists(j.draft, '$.nodes[*] ? (@.templateId == $id)', ${named}::text::jsonb)
      or exists (select 1 from journey_versions v where v.journey_id = j.id and jsonb_path_exists(v.definition, '$.nodes[*] ? (@.templateId == $id)', ${named}::text::jsonb)
        and (v.version = j.version or exists (select 1 from journey_runs r where r.journey_id = j.id and r.version = v.version and r.status = 'active'))))
    union all
    select 'broadcast', b.id, b.name from broadcasts b where b.archived_at is null and b.status not in ('done', 'cancelled')
      and jsonb_path_exists(b.definition, '$.arms[*] ? (@.templateId == $id)', ${named}::text::jsonb)
    union all
    select 'template', t.id, t.name from template_uses u join templates t on t.id = u.template_id and t.archived_at is null where u.uses_id = ${templateId}
    order by 1, 3`;
}

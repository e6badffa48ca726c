import type { AnySql } from "@/db/client";
import { emailMjml, sharedIn } from "./blocks-to-mjml";
import { contentSchema } from "./model";
import type { Content } from "./model";
import { sharedBodies } from "./render";

export interface LoadedTemplate {
  readonly id: string;
  readonly name: string;
  readonly revision: number;
  readonly content: Content;
  /** Shared blocks that it holds, and those that they hold. */
  readonly shared: ReadonlyMap<string, Content>;
}

/** A template as it is now, with the blocks that it shares; undefined: it is not there (any more). */
export async function loadTemplate(sql: AnySql, templateId: string): Promise<LoadedTemplate | undefined> {
  const [row] = await sql<{ id: string; name: string; revision: number; content: unknown }[]>`
    select id, name, revision, content from templates where id = ${templateId}`;
  if (row === undefined) return undefined;
  const content = contentSchema.safeParse(row.content);
  // Written before contents had a shape: nothing that could be sent.
  if (!content.success) return undefined;
  return { ...row, content: content.data, shared: await loadShared(sql, sharedOf(content.data)) };
}

/** Shared blocks that a content names itself. */
export function sharedOf(content: Content): string[] {
  if (content.channel !== "email") return [];
  return [...new Set(Object.values(content.variants).flatMap(({ body }) => sharedIn(body)))];
}

/** Contents of shared blocks and of those inside of them. */
export async function loadShared(sql: AnySql, ids: readonly string[]): Promise<Map<string, Content>> {
  if (ids.length === 0) return new Map();
  const rows = await sql<{ id: string; content: unknown }[]>`
    with recursive held as (
      select unnest(${[...ids]}::text[]) as id union select u.uses_id from template_uses u join held h on u.template_id = h.id)
    select t.id, t.content from templates t join held h on h.id = t.id where t.kind = 'block'`;
  return new Map(
    rows.flatMap(({ id, content }): [string, Content][] => {
      const parsed = contentSchema.safeParse(content);
      return parsed.success ? [[id, parsed.data]] : [];
    }),
  );
}

/** Every text of a content that may hold Liquid, by language; an e-mail's blocks as the MJML that they become. */
export function liquidTexts(content: Content, shared: ReadonlyMap<string, Content>): { language: string; text: string }[] {
  if (content.channel === "email")
    return Object.entries(content.variants).flatMap(([language, variant]) =>
      [
        content.fromName,
        variant.subject,
        variant.preheader,
        variant.text ?? "",
        emailMjml(variant, content.theme, language, sharedBodies(shared, language)),
      ].map((text) => ({ language, text })),
    );
  return Object.entries(content.variants).flatMap(([language, variant]) =>
    Object.values(variant as Record<string, string>).map((text) => ({ language, text })),
  );
}

import type { AnySql } from "@/db/client";
import type { Rendered } from "@/domain/channels/model";
import type { JsonObject } from "@/domain/events/model";
import { loadScopes, loadTemplate, renderTemplate, TemplateError, wantsOf } from "@/domain/templates";

/** What rendering needs to know of a message. */
interface Renderable {
  readonly templateId: string | null;
  readonly broadcastId: string | null;
  readonly channel: string;
  /** Canonical profile. */
  readonly person: number;
  readonly data: JsonObject;
}

/** The message says nothing that could be sent; `message` holds no data of the person. */
export class NothingToSay extends Error {
  override readonly name = "NothingToSay";
}

/**
 * What a message says to its person now: the template's newest content, in the person's language, with the data of the
 * trigger. The one place where messages become text: the worker, the log's preview and the review of held messages ask it.
 * @throws NothingToSay
 */
export async function renderMessage(sql: AnySql, message: Renderable, links: JsonObject, now: Date): Promise<Rendered> {
  if (message.templateId === null) throw new NothingToSay("The message has no template.");
  const template = await loadTemplate(sql, message.templateId);
  if (template === undefined) throw new NothingToSay("The template is not there any more, or it cannot be read.");
  const scopes = await loadScopes(sql, [message.person], wantsOf(template.content, template.shared), now, {
    data: new Map([[message.person, message.data]]),
    links: new Map([[message.person, links]]),
    ...(message.broadcastId === null ? {} : { broadcast: { id: message.broadcastId } }),
  });
  const utm = message.broadcastId === null ? null : await campaignOf(sql, message.broadcastId, message.channel);
  const own = scopes.get(message.person);
  if (own === undefined) throw new NothingToSay("The person is not there any more.");
  try {
    return await renderTemplate(template.content, own.scope, { language: own.language, shared: template.shared, utm });
  } catch (error) {
    if (error instanceof TemplateError) throw new NothingToSay(error.message);
    throw error;
  }
}

/** Campaign parameters of a broadcast's links, by which visits are counted to it. */
async function campaignOf(sql: AnySql, id: string, channel: string): Promise<Record<string, string> | null> {
  const [row] = await sql<{ name: string; campaign: string | null }[]>`
    select name, nullif(definition ->> 'utmCampaign', '') as campaign from broadcasts where id = ${id}`;
  return row ? { utm_source: "tributary", utm_medium: channel, utm_campaign: row.campaign ?? row.name } : null;
}

import { can } from "@/domain/access";
import type { JsonObject } from "@/domain/events/model";
import type { Ctx } from "@/domain/kernel/context";
import { maskTraits } from "@/domain/profiles";
import { loadMadeUpScope, loadScopes, loadTemplate, renderTemplate, TemplateError, wantsOf } from "@/domain/templates";
import type { LoadedTemplate, PersonScope, Wants } from "@/domain/templates";
import type { SaidMessage } from "./rehearsal-model";
import type { RehearsedMessage } from "./rehearse-person";

/** Messages of one walk that are rendered; the rest of a long walk repeats itself. */
const MOST_RENDERED = 20;
/** What stands for the links of a person, who gets none of their own here. */
const LINKS: JsonObject = {
  unsubscribe: "https://example.com/unsubscribe",
  preferences: "https://example.com/preferences",
  view: "https://example.com/view",
};

/** Whom messages speak to: a person by canonical id, or somebody made up. */
export type Walker =
  | { readonly kind: "profile"; readonly id: number }
  | { readonly kind: "made_up"; readonly traits: JsonObject; readonly zone: string; readonly memberOf: readonly string[] };

/**
 * What each message of a walk would say when it is due: the template's newest content with what is known of the person
 * now and the data of the entry. Messages without a template, and those beyond the first 20, are not in the answer.
 * Whoever may not see personal data sees a real person's values masked.
 */
export async function sayMessages(
  ctx: Ctx,
  walker: Walker,
  messages: readonly RehearsedMessage[],
): Promise<ReadonlyMap<RehearsedMessage, SaidMessage>> {
  const chosen = messages.filter(({ templateId }) => templateId !== "").slice(0, MOST_RENDERED);
  const templates = new Map<string, LoadedTemplate | undefined>();
  for (const id of new Set(chosen.map(({ templateId }) => templateId))) templates.set(id, await loadTemplate(ctx.sql, id));
  const out = new Map<RehearsedMessage, SaidMessage>();
  for (const message of chosen) out.set(message, await say(ctx, walker, templates.get(message.templateId), message));
  return out;
}

async function say(ctx: Ctx, walker: Walker, template: LoadedTemplate | undefined, message: RehearsedMessage): Promise<SaidMessage> {
  if (template === undefined) return { rendered: null, problem: "The template is not there any more, or it cannot be read." };
  const wants = wantsOf(template.content, template.shared);
  const person = await scopeOf(ctx, walker, wants, message);
  if (person === undefined) return { rendered: null, problem: "The person is not there any more." };
  try {
    const { language, subject, preheader, html, text } = await renderTemplate(template.content, person.scope, {
      language: person.language,
      shared: template.shared,
    });
    return { rendered: { language, subject, preheader, html, text }, problem: null };
  } catch (error) {
    if (error instanceof TemplateError) return { rendered: null, problem: error.message };
    throw error;
  }
}

async function scopeOf(ctx: Ctx, walker: Walker, wants: Wants, message: RehearsedMessage): Promise<PersonScope | undefined> {
  const now = new Date(message.decision.dueAt);
  const data: JsonObject = { ...message.context };
  if (walker.kind === "made_up") return loadMadeUpScope(ctx.sql, walker, wants, now, { data, links: LINKS });
  const scopes = await loadScopes(ctx.sql, [walker.id], wants, now, {
    data: new Map([[walker.id, data]]),
    links: new Map([[walker.id, LINKS]]),
  });
  const found = scopes.get(walker.id);
  if (found === undefined || can(ctx, "personal_data:see")) return found;
  // The data of the entry is what the asker typed: nothing of it is hidden from them.
  return { ...found, scope: { ...found.scope, profile: maskTraits((found.scope["profile"] ?? {}) as JsonObject) } };
}

import { z } from "zod";
import { JOURNEY_CHANNELS } from "@/domain/journeys/model";
import type { JourneyChannel } from "@/domain/journeys/model";

/**
 * Templates: what a message says, by channel and language, in Liquid. E-mail is made of blocks or written in MJML. Pure:
 * the browser imports it.
 */
export const TEMPLATE_KINDS = ["message", "block"] as const;
export type TemplateKind = (typeof TEMPLATE_KINDS)[number];
export const TEMPLATE_LIMITS = { text: 20_000, source: 200_000, blocks: 100, languages: 30, nesting: 5 } as const;
/** Gmail is said to cut messages of more. Bytes. */
export const CLIP_BYTES = 102_000;

export const CHANNEL_LABELS: Record<JourneyChannel, string> = {
  email: "E-mail",
  sms: "SMS",
  push: "Push",
  web_push: "Web push",
  in_app: "In-app",
  webhook: "Webhook",
  slack: "Slack",
};

const text = z.string().max(TEMPLATE_LIMITS.text);
const short = z.string().max(1_000);
const language = z.string().regex(/^[a-z]{2,3}(-[A-Z]{2})?$/u, "must be a language such as en or pt-BR");
const colour = z.string().regex(/^#[0-9a-f]{6}$/iu, "must be a colour such as #1f2937");
const blockId = z.string().regex(/^[a-z0-9_-]{1,40}$/u);

/** Who sees a block: everybody (null), or people in (not in) a segment. */
const whenSchema = z
  .strictObject({ segmentId: z.string().min(1).max(40), in: z.boolean() })
  .nullable()
  .default(null);
const common = { id: blockId, when: whenSchema };
const alignment = z.enum(["left", "center", "right"]).default("left");

/** What products a block shows: those of the trigger (a list in its data), what sells best, or what the person looked at. */
export const PRODUCT_SOURCES = ["event", "bestsellers", "viewed"] as const;

export const blockSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("heading"), ...common, text: short, align: alignment }),
  /** Blank lines part paragraphs; **bold**, *italic* and [text](address) are understood. */
  z.strictObject({ kind: z.literal("text"), ...common, text, align: alignment }),
  z.strictObject({ kind: z.literal("button"), ...common, text: short, url: short, align: alignment.default("center") }),
  z.strictObject({ kind: z.literal("image"), ...common, url: short, alt: short, link: short.default("") }),
  z.strictObject({ kind: z.literal("divider"), ...common }),
  z.strictObject({ kind: z.literal("spacer"), ...common, height: z.number().int().min(4).max(200) }),
  z.strictObject({
    kind: z.literal("products"),
    ...common,
    source: z.enum(PRODUCT_SOURCES),
    /** Where the list stands in the trigger's data. */
    path: z.string().max(200).default("products"),
    count: z.number().int().min(1).max(12),
    button: short.default(""),
  }),
  z.strictObject({ kind: z.literal("shared"), ...common, templateId: z.string().max(40) }),
  /** Company, why this came, and the way out. */
  z.strictObject({ kind: z.literal("footer"), ...common, text }),
]);
export type Block = z.infer<typeof blockSchema>;
export type BlockKind = Block["kind"];

export const BLOCK_LABELS: Record<BlockKind, string> = {
  heading: "Heading",
  text: "Text",
  button: "Button",
  image: "Image",
  divider: "Line",
  spacer: "Space",
  products: "Products",
  shared: "Shared block",
  footer: "Footer",
};

export const themeSchema = z.strictObject({
  accent: colour.default("#1d4ed8"),
  /** Text on the accent. */
  onAccent: colour.default("#ffffff"),
  background: colour.default("#f3f4f6"),
  surface: colour.default("#ffffff"),
  text: colour.default("#1f2937"),
  muted: colour.default("#4b5563"),
  font: z.enum(["sans", "serif"]).default("sans"),
  /** Pixels. */
  width: z.number().int().min(320).max(800).default(600),
});
export type Theme = z.infer<typeof themeSchema>;

export const bodySchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("blocks"), blocks: z.array(blockSchema).max(TEMPLATE_LIMITS.blocks) }),
  z.strictObject({ kind: z.literal("mjml"), source: z.string().max(TEMPLATE_LIMITS.source) }),
]);
export type Body = z.infer<typeof bodySchema>;

const emailVariant = z.strictObject({
  subject: short,
  preheader: short.default(""),
  body: bodySchema,
  /** Null: made from the body. */
  text: text.nullable().default(null),
});
const smsVariant = z.strictObject({ text });
const pushVariant = z.strictObject({ title: short, body: text, link: short.default(""), image: short.default("") });
const inAppVariant = z.strictObject({ title: short, body: text, link: short.default(""), button: short.default("") });
/** The body is JSON with Liquid in its strings. */
const webhookVariant = z.strictObject({ body: z.string().max(TEMPLATE_LIMITS.source) });
const slackVariant = z.strictObject({ text });

const languages = <T extends z.ZodType>(variant: T) =>
  z.strictObject({
    /** Of people whose language has no variant. */
    defaultLanguage: language.default("en"),
    variants: z.record(language, variant),
  }).shape;

const contents = z.discriminatedUnion("channel", [
  z.strictObject({
    channel: z.literal("email"),
    ...languages(emailVariant),
    fromName: short.default(""),
    /** Empty: the channel's own sender. */
    fromEmail: z.union([z.literal(""), z.email("must be an e-mail address")]).default(""),
    replyTo: z.union([z.literal(""), z.email("must be an e-mail address")]).default(""),
    theme: themeSchema.default(themeSchema.parse({})),
  }),
  z.strictObject({ channel: z.literal("sms"), ...languages(smsVariant) }),
  z.strictObject({ channel: z.literal("push"), ...languages(pushVariant) }),
  z.strictObject({ channel: z.literal("web_push"), ...languages(pushVariant) }),
  z.strictObject({ channel: z.literal("in_app"), ...languages(inAppVariant) }),
  z.strictObject({ channel: z.literal("webhook"), ...languages(webhookVariant) }),
  z.strictObject({ channel: z.literal("slack"), ...languages(slackVariant) }),
]);

export const contentSchema = contents.superRefine((content, issues) => {
  const count = Object.keys(content.variants).length;
  if (count > TEMPLATE_LIMITS.languages)
    issues.addIssue({ code: "custom", path: ["variants"], message: `at most ${TEMPLATE_LIMITS.languages} languages` });
  if (content.variants[content.defaultLanguage] === undefined)
    issues.addIssue({
      code: "custom",
      path: ["defaultLanguage"],
      message: "has no variant: write one, or choose another default language",
    });
});
export type Content = z.infer<typeof contentSchema>;
export type ContentOf<C extends JourneyChannel> = Extract<Content, { channel: C }>;
export type EmailContent = ContentOf<"email">;
export type EmailVariant = EmailContent["variants"][string];

/** What a new template of a channel begins with. */
export function emptyContent(channel: JourneyChannel): Content {
  const base = { defaultLanguage: "en" };
  if (channel === "email")
    return contentSchema.parse({ channel, ...base, variants: { en: { subject: "", body: { kind: "blocks", blocks: [] } } } });
  if (channel === "sms" || channel === "slack") return contentSchema.parse({ channel, ...base, variants: { en: { text: "" } } });
  if (channel === "webhook")
    return contentSchema.parse({ channel, ...base, variants: { en: { body: '{\n  "user": "{{ profile.user_id }}"\n}' } } });
  return contentSchema.parse({ channel, ...base, variants: { en: { title: "", body: "" } } });
}

/** The language that a person gets: their own, else its base ("pt" for "pt-BR"), else the default. */
export function chooseLanguage(content: Pick<Content, "defaultLanguage" | "variants">, wanted: string | null | undefined): string {
  if (!wanted) return content.defaultLanguage;
  const [base = "", region] = wanted.trim().replace("_", "-").split("-");
  const exact = region === undefined ? base.toLowerCase() : `${base.toLowerCase()}-${region.toUpperCase()}`;
  if (content.variants[exact] !== undefined) return exact;
  return content.variants[base.toLowerCase()] === undefined ? content.defaultLanguage : base.toLowerCase();
}

/** What goes out: only the parts that the channel has are set. */
export interface Rendered {
  readonly channel: JourneyChannel;
  readonly language: string;
  /** Subject of an e-mail, title of a push or in-app message. One line. */
  readonly subject: string | null;
  readonly preheader: string | null;
  readonly html: string | null;
  readonly text: string;
  /** Where a push or in-app message leads; its button; its picture. */
  readonly link: string | null;
  readonly button: string | null;
  readonly image: string | null;
  /** Parsed body of a webhook. */
  readonly json: unknown;
  readonly from: { readonly name: string; readonly email: string; readonly replyTo: string } | null;
}

export const PROBLEM_LEVELS = ["error", "warning", "hint"] as const;
export interface Problem {
  readonly level: (typeof PROBLEM_LEVELS)[number];
  /** Language of the variant; null: the whole template. */
  readonly language: string | null;
  /** Block that it is about. */
  readonly blockId: string | null;
  readonly message: string;
}

export interface TemplateSummary {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly kind: TemplateKind;
  readonly channel: JourneyChannel;
  readonly languages: readonly string[];
  readonly subject: string | null;
  readonly revision: number;
  readonly updatedAt: string;
  readonly usedBy: number;
}

export interface TemplateUse {
  readonly kind: "journey" | "broadcast" | "template";
  readonly id: string;
  readonly name: string;
}

export interface TemplateDetail {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly kind: TemplateKind;
  readonly channel: JourneyChannel;
  readonly content: Content;
  readonly revision: number;
  readonly updatedAt: string;
  readonly usedBy: readonly TemplateUse[];
  readonly revisions: readonly { readonly revision: number; readonly by: string | null; readonly at: string }[];
  /** Blocks that may stand in this one: none that would make a circle. */
  readonly sharedBlocks: readonly { readonly id: string; readonly name: string }[];
}

/** A variable that a template asks for, and how many people of the audience have no value. */
export interface MissingShare {
  readonly path: string;
  readonly missing: number;
  readonly people: number;
  /** The text has a fallback for it. */
  readonly fallback: boolean;
}

export interface Preview {
  readonly person: { readonly id: number; readonly name: string } | null;
  readonly language: string;
  readonly rendered: Rendered | null;
  readonly error: string | null;
}
export const PREVIEW_PEOPLE = 10;
export const isChannel = (value: string): value is JourneyChannel => (JOURNEY_CHANNELS as readonly string[]).includes(value);

export interface StarterPreview {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly channel: JourneyChannel;
  readonly subject: string | null;
  readonly html: string | null;
  readonly text: string;
}

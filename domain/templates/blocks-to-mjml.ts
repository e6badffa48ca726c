import type { Block, Body, EmailVariant, Theme } from "./model";

/** Finds a shared block's body in a language; undefined: it is not there any more. */
export type FindShared = (templateId: string) => Body | undefined;

const FONTS = {
  sans: "-apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif",
  serif: "Georgia, 'Times New Roman', serif",
} as const;

export const LIQUID = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/gu;

const escapeHtml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** HTML of a text in which Liquid stays as it is; `format` works on what is outside of it. */
function around(text: string, format: (plain: string) => string): string {
  const kept: string[] = [];
  const marked = text.replaceAll("\ue000", "").replace(LIQUID, (token) => `\ue000${kept.push(token) - 1}\ue000`);
  return format(marked).replace(/\ue000(\d+)\ue000/gu, (_, at: string) => kept[Number(at)] ?? "");
}

const plain = (text: string): string => around(text, escapeHtml);

/** Paragraphs, line breaks, **bold**, *italic* and [text](address). */
function rich(text: string, theme: Theme): string {
  return around(text, (marked) =>
    escapeHtml(marked)
      .trim()
      .split(/\n\s*\n/u)
      .map((paragraph) => {
        const inner = paragraph
          .replace(
            /\[([^\]\n]{1,500})\]\(([^)\s]{1,1000})\)/gu,
            `<a href="$2" style="color:${theme.accent};text-decoration:underline">$1</a>`,
          )
          .replace(/\*\*([^*\n]+)\*\*/gu, "<strong>$1</strong>")
          .replace(/\*([^*\n]+)\*/gu, "<em>$1</em>")
          .replaceAll("\n", "<br />");
        return `<p style="margin:0 0 12px">${inner}</p>`;
      })
      .join(""),
  );
}

function products(block: Extract<Block, { kind: "products" }>, theme: Theme): string {
  const path = block.path.replace(/[^\w.]/gu, "");
  const list = block.source === "event" ? `event.${path}` : `catalog.${block.source}`;
  const button =
    block.button === ""
      ? ""
      : `{% if p.url %}<a href="{{ p.url }}" style="color:${theme.accent};font-weight:600;text-decoration:underline">${plain(block.button)}</a>{% endif %}`;
  return `<mj-table padding="8px 32px" cellpadding="0">{% for p in ${list} limit: ${block.count} %}<tr>
<td style="width:76px;padding:8px 12px 8px 0;vertical-align:top">{% assign picture = p.image_url | default: p.image %}{% if picture %}<img src="{{ picture }}" alt="" width="64" height="64" style="display:block;border-radius:6px;object-fit:cover" />{% else %}<div style="width:64px;height:64px;border-radius:6px;background:${theme.background}">&nbsp;</div>{% endif %}</td>
<td style="padding:8px 0;vertical-align:top;color:${theme.text}"><strong>{{ p.name | default: p.product_id }}</strong>{% if p.variant %}<br /><span style="color:${theme.muted}">{{ p.variant }}</span>{% endif %}{% if p.price %}<br /><span style="color:${theme.muted}">{{ p.price | money: p.currency }}{% if p.quantity and p.quantity > 1 %} × {{ p.quantity }}{% endif %}</span>{% endif %}${button === "" ? "" : `<br />${button}`}</td>
</tr>{% endfor %}</mj-table>`;
}

function inner(block: Exclude<Block, { kind: "shared" }>, theme: Theme): string {
  switch (block.kind) {
    case "heading":
      return `<mj-text padding="16px 32px 4px" align="${block.align}" font-size="24px" line-height="1.25" font-weight="700"><h1 style="margin:0;font-size:24px;line-height:1.25">${plain(block.text)}</h1></mj-text>`;
    case "text":
      return `<mj-text padding="8px 32px" align="${block.align}">${rich(block.text, theme)}</mj-text>`;
    case "button":
      return `<mj-button padding="12px 32px" align="${block.align}" href="${plain(block.url)}">${plain(block.text)}</mj-button>`;
    case "image":
      return `<mj-image padding="0" src="${plain(block.url)}" alt="${plain(block.alt)}"${block.link === "" ? "" : ` href="${plain(block.link)}"`} />`;
    case "divider":
      return `<mj-divider padding="12px 32px" border-width="1px" border-color="${theme.background}" />`;
    case "spacer":
      return `<mj-spacer height="${block.height}px" />`;
    case "products":
      return products(block, theme);
    case "footer":
      return `<mj-text padding="16px 32px 24px" font-size="12px" align="center" color="${theme.muted}">${rich(block.text, { ...theme, accent: theme.muted })}</mj-text>`;
  }
}

/** Sections of blocks, each by itself so that a condition takes it out whole. Shared blocks are put in, to a depth. */
function sections(blocks: readonly Block[], theme: Theme, find: FindShared, depth: number): string {
  return blocks
    .map((block) => {
      const made =
        block.kind === "shared"
          ? sharedSections(block.templateId, theme, find, depth)
          : section(inner(block, theme), theme, block.kind === "footer");
      if (block.when === null) return made;
      const id = block.when.segmentId.replace(/[^\w-]/gu, "");
      return `<mj-raw>{% ${block.when.in ? "if" : "unless"} segments["${id}"] %}</mj-raw>${made}<mj-raw>{% end${block.when.in ? "if" : "unless"} %}</mj-raw>`;
    })
    .join("\n");
}

function sharedSections(templateId: string, theme: Theme, find: FindShared, depth: number): string {
  const body = depth > 0 ? find(templateId) : undefined;
  if (body === undefined) return "";
  return body.kind === "mjml" ? innerMjml(body.source) : sections(body.blocks, theme, find, depth - 1);
}

const section = (content: string, theme: Theme, bare: boolean): string =>
  `<mj-section padding="0"${bare ? "" : ` background-color="${theme.surface}"`}><mj-column>${content}</mj-column></mj-section>`;

/** What stands in the body of an MJML document; a fragment stays as it is. */
function innerMjml(source: string): string {
  return /<mj-body[^>]*>([\s\S]*)<\/mj-body>/iu.exec(source)?.[1] ?? source.replace(/<\/?mjml[^>]*>/giu, "");
}

const NESTED = 5;

/** The MJML of an e-mail, with its Liquid. */
export function emailMjml(
  variant: Pick<EmailVariant, "subject" | "preheader" | "body">,
  theme: Theme,
  language: string,
  find: FindShared,
): string {
  const { body } = variant;
  if (body.kind === "mjml") {
    // `<mj-shared id="..."/>` stands for a shared block.
    return body.source.replace(/<mj-shared\s+id="([\w-]{1,40})"\s*(?:\/>|>\s*<\/mj-shared>)/gu, (_, id: string) =>
      sharedSections(id, theme, find, NESTED),
    );
  }
  return `<mjml lang="${language}"><mj-head>
<mj-title>${plain(variant.subject)}</mj-title>${variant.preheader === "" ? "" : `<mj-preview>${plain(variant.preheader)}</mj-preview>`}
<mj-attributes><mj-all font-family="${FONTS[theme.font]}" /><mj-text color="${theme.text}" font-size="16px" line-height="1.5" /><mj-table color="${theme.text}" font-size="15px" line-height="1.5" />
<mj-button background-color="${theme.accent}" color="${theme.onAccent}" font-size="16px" font-weight="600" border-radius="6px" inner-padding="12px 24px" /></mj-attributes>
</mj-head><mj-body width="${theme.width}px" background-color="${theme.background}"><mj-section padding="12px 0 0"></mj-section>
${sections(body.blocks, theme, find, NESTED)}
<mj-section padding="0 0 12px"></mj-section></mj-body></mjml>`;
}

/** Templates that a body holds. */
export function sharedIn(body: Body): string[] {
  if (body.kind === "blocks") return body.blocks.flatMap((block) => (block.kind === "shared" ? [block.templateId] : []));
  return [...body.source.matchAll(/<mj-shared\s+id="([\w-]{1,40})"/gu)].map(([, id]) => id ?? "");
}

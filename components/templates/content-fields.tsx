"use client";

import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { Textarea } from "@/components/ui/textarea";
import type { Content, EmailContent, EmailVariant } from "@/domain/templates/model";
import { BlockList } from "./block-list";
import type { Named } from "./block-list";

interface Props {
  content: Content;
  language: string;
  segments: readonly Named[];
  shared: readonly Named[];
  problems: ReadonlyMap<string, string>;
  readOnly: boolean;
  onChange: (content: Content) => void;
}

const START = `<mjml>
  <mj-body>
    <mj-section>
      <mj-column>
        <mj-text>Hello {{ profile.first_name | default: "there" }}</mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>`;

/** The fields of one language's text. */
export function ContentFields(props: Props) {
  const { content, language, readOnly, onChange } = props;
  if (content.channel === "email") return <EmailFields {...props} content={content} />;
  const variant = (content.variants[language] ?? {}) as Readonly<Record<string, string>>;
  const set = (name: string) => (event: { target: { value: string } }) =>
    onChange({ ...content, variants: { ...content.variants, [language]: { ...variant, [name]: event.target.value } } } as Content);
  return (
    <fieldset disabled={readOnly} className="grid grid-cols-[minmax(0,1fr)] gap-3">
      {"title" in variant ? (
        <Field label="Title">
          <Input value={variant["title"] ?? ""} onChange={set("title")} />
        </Field>
      ) : null}
      {content.channel === "webhook" ? (
        <Field label="JSON" hint="Liquid stands inside of strings; a string that is one output alone keeps numbers and true or false.">
          <Textarea rows={14} className="font-mono text-xs" spellCheck={false} value={variant["body"] ?? ""} onChange={set("body")} />
        </Field>
      ) : (
        <Field label="Text">
          <Textarea rows={6} value={variant["text"] ?? variant["body"] ?? ""} onChange={set("text" in variant ? "text" : "body")} />
        </Field>
      )}
      {"link" in variant ? (
        <Field label="Link" hint="Where a tap leads.">
          <Input value={variant["link"] ?? ""} placeholder="https://" onChange={set("link")} />
        </Field>
      ) : null}
      {"button" in variant ? (
        <Field label="Button">
          <Input value={variant["button"] ?? ""} onChange={set("button")} />
        </Field>
      ) : null}
    </fieldset>
  );
}

function EmailFields({ content, language, segments, shared, problems, readOnly, onChange }: Props & { content: EmailContent }) {
  const variant = content.variants[language];
  const [ownText, setOwnText] = useState(variant?.text !== null);
  if (variant === undefined) return null;
  const put = (more: Partial<EmailVariant>): void =>
    onChange({ ...content, variants: { ...content.variants, [language]: { ...variant, ...more } } });
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <fieldset disabled={readOnly} className="grid grid-cols-[minmax(0,1fr)] gap-3">
        <Field label="Subject">
          <Input value={variant.subject} onChange={(event) => put({ subject: event.target.value })} />
        </Field>
        <Field label="Preheader" hint="Shown beside the subject in the list of mails.">
          <Input value={variant.preheader} onChange={(event) => put({ preheader: event.target.value })} />
        </Field>
        <Field label="Body">
          <NativeSelect
            value={variant.body.kind}
            onChange={(event) =>
              put({ body: event.target.value === "mjml" ? { kind: "mjml", source: START } : { kind: "blocks", blocks: [] } })
            }
          >
            <option value="blocks">Blocks</option>
            <option value="mjml">MJML</option>
          </NativeSelect>
        </Field>
      </fieldset>
      {variant.body.kind === "blocks" ? (
        <BlockList
          blocks={variant.body.blocks}
          segments={segments}
          shared={shared}
          problems={problems}
          readOnly={readOnly}
          onChange={(blocks) => put({ body: { kind: "blocks", blocks } })}
        />
      ) : (
        <Field label="MJML" hint={'Liquid may stand between elements too. <mj-shared id="…" /> puts a shared block in.'}>
          <Textarea
            rows={24}
            className="font-mono text-xs"
            spellCheck={false}
            readOnly={readOnly}
            value={variant.body.source}
            onChange={(event) => put({ body: { kind: "mjml", source: event.target.value } })}
          />
        </Field>
      )}
      <fieldset disabled={readOnly} className="grid grid-cols-[minmax(0,1fr)] gap-3">
        {ownText ? (
          <Field label="Text part" hint="For readers without HTML.">
            <Textarea rows={6} value={variant.text ?? ""} onChange={(event) => put({ text: event.target.value })} />
          </Field>
        ) : null}
        {readOnly ? null : (
          <Button
            type="button"
            variant="link"
            className="justify-self-start"
            onClick={() => {
              setOwnText(!ownText);
              put({ text: ownText ? null : "" });
            }}
          >
            {ownText ? "Make the text part from the mail" : "Write the text part by hand"}
          </Button>
        )}
      </fieldset>
    </div>
  );
}

const COLOURS = [
  ["accent", "Buttons and links"],
  ["onAccent", "Text on buttons"],
  ["background", "Background"],
  ["surface", "Paper"],
  ["text", "Text"],
  ["muted", "Small print"],
] as const;

/** Sender and looks: the same in all languages. */
export function EmailSettings({
  content,
  readOnly,
  onChange,
}: {
  content: EmailContent;
  readOnly: boolean;
  onChange: (content: Content) => void;
}) {
  const { theme } = content;
  return (
    <fieldset disabled={readOnly} className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <div className="grid gap-3 sm:grid-cols-3">
        <Field label="From name" hint="Empty: the account's.">
          <Input value={content.fromName} onChange={(event) => onChange({ ...content, fromName: event.target.value })} />
        </Field>
        <Field label="From address" hint="Empty: the account's.">
          <Input type="email" value={content.fromEmail} onChange={(event) => onChange({ ...content, fromEmail: event.target.value })} />
        </Field>
        <Field label="Reply to" hint="Empty: the from address.">
          <Input type="email" value={content.replyTo} onChange={(event) => onChange({ ...content, replyTo: event.target.value })} />
        </Field>
      </div>
      <div className="grid grid-cols-2 gap-3 sm:grid-cols-4">
        {COLOURS.map(([name, label]) => (
          <Field key={name} label={label}>
            <Input
              type="color"
              className="p-1"
              value={theme[name]}
              onChange={(event) => onChange({ ...content, theme: { ...theme, [name]: event.target.value } })}
            />
          </Field>
        ))}
        <Field label="Typeface">
          <NativeSelect
            value={theme.font}
            onChange={(event) => onChange({ ...content, theme: { ...theme, font: event.target.value === "serif" ? "serif" : "sans" } })}
          >
            <option value="sans">Sans serif</option>
            <option value="serif">Serif</option>
          </NativeSelect>
        </Field>
      </div>
    </fieldset>
  );
}

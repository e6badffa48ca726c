"use client";

import { Sparkles } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/textarea";
import type { Draft } from "@/domain/segments/draft-model";
import type { Rule } from "@/domain/segments/model";
import { postJson } from "./queries";
import { Sentence, sentenceOf } from "./sentence";

/** A sentence becomes a draft that is shown with what was and was not understood; only a click opens it in the builder. */
export function DescribeBox({
  names,
  model,
  onUse,
}: {
  names: Readonly<Record<string, string>>;
  /** The language model that may be asked as well; null: none is set up. */
  model: { model: string; host: string } | null;
  onUse: (rule: Rule) => void;
}) {
  const [sentence, setSentence] = useState("");
  const [state, setState] = useState<{ draft?: Draft; error?: string; pending?: Draft["by"] }>({});
  const { draft } = state;
  const run = (by: Draft["by"]) => {
    setState({ pending: by });
    postJson<Draft>("/api/segments/draft", { sentence, by }).then(
      (made) => setState({ draft: made }),
      (error: unknown) => setState({ error: error instanceof Error ? error.message : "The sentence could not be read." }),
    );
  };
  return (
    <form
      className="grid gap-3 rounded-lg border bg-card p-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (sentence.trim() !== "") run("grammar");
      }}
    >
      <Field
        label="Describe it in a sentence"
        hint="It is turned into a draft for you to look at; nothing is applied unseen."
        error={state.error}
      >
        <Textarea
          rows={2}
          maxLength={1_000}
          value={sentence}
          placeholder="people in Germany who bought twice in the last 30 days but never opened an e-mail"
          onChange={(event) => setSentence(event.target.value)}
        />
      </Field>
      <div className="flex flex-wrap items-center gap-2">
        <Button type="submit" variant="outline" pending={state.pending === "grammar"} disabled={state.pending === "model"}>
          Show the draft
        </Button>
        {model && (
          <>
            <Button
              variant="ghost"
              pending={state.pending === "model"}
              disabled={sentence.trim() === "" || state.pending === "grammar"}
              onClick={() => run("model")}
            >
              <Sparkles aria-hidden />
              Ask {model.model}
            </Button>
            <span className="text-xs text-muted-foreground">
              sends the sentence and names of events, traits and segments to {model.host}, nobody’s data
            </span>
          </>
        )}
      </div>
      <div role="status">
        {draft && (
          <div className="grid gap-2 rounded-md border bg-muted/60 px-3 py-2.5 text-sm">
            <h3 className="text-xs font-medium text-muted-foreground">{draft.by === "model" ? "Draft by the language model" : "Draft"}</h3>
            <Sentence phrases={sentenceOf(draft.rule, names)} className="text-base text-pretty" />
            {draft.understood.length > 0 && (
              <ul className="grid gap-0.5 text-xs text-muted-foreground">
                {draft.understood.map((part) => (
                  <li key={`${part.nodeId}${part.text}`}>
                    {part.text !== "" && <>“{part.text}”: </>}
                    {part.means}
                  </li>
                ))}
              </ul>
            )}
            {draft.notUnderstood.length > 0 && (
              <p className="text-xs text-warning-text">
                Not understood, and not part of the draft:{" "}
                {draft.notUnderstood.map((text) => (draft.by === "model" ? text : `“${text}”`)).join(", ")}
              </p>
            )}
            {draft.notes.map((note) => (
              <p key={note} className="text-xs text-muted-foreground">
                {note}
              </p>
            ))}
            <div>
              <Button disabled={draft.rule.root.children.length === 0} onClick={() => onUse(draft.rule)}>
                Open the draft in the builder
              </Button>
            </div>
          </div>
        )}
      </div>
    </form>
  );
}

"use client";

import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/textarea";
import type { Draft } from "@/domain/segments/draft-model";
import type { Rule } from "@/domain/segments/model";
import { postJson } from "./queries";
import { Sentence, sentenceOf } from "./sentence";

/** A sentence becomes a draft that is shown with what was and was not understood; only a click opens it in the builder. */
export function DescribeBox({ names, onUse }: { names: Readonly<Record<string, string>>; onUse: (rule: Rule) => void }) {
  const [sentence, setSentence] = useState("");
  const [state, setState] = useState<{ draft?: Draft; error?: string; pending?: boolean }>({});
  const { draft } = state;
  const run = () => {
    setState({ pending: true });
    postJson<Draft>("/api/segments/draft", { sentence }).then(
      (made) => setState({ draft: made }),
      (error: unknown) => setState({ error: error instanceof Error ? error.message : "The sentence could not be read." }),
    );
  };
  return (
    <form
      className="grid gap-3 rounded-lg border bg-card p-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (sentence.trim() !== "") run();
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
      <div>
        <Button type="submit" variant="outline" pending={state.pending ?? false}>
          Show the draft
        </Button>
      </div>
      <div role="status">
        {draft && (
          <div className="grid gap-2 rounded-md border bg-muted/60 px-3 py-2.5 text-sm">
            <h3 className="text-xs font-medium text-muted-foreground">Draft</h3>
            <Sentence phrases={sentenceOf(draft.rule, names)} className="text-base text-pretty" />
            {draft.understood.length > 0 && (
              <ul className="grid gap-0.5 text-xs text-muted-foreground">
                {draft.understood.map((part) => (
                  <li key={`${part.nodeId}${part.text}`}>
                    “{part.text}”: {part.means}
                  </li>
                ))}
              </ul>
            )}
            {draft.notUnderstood.length > 0 && (
              <p className="text-xs text-warning-text">
                Not understood, and not part of the draft: {draft.notUnderstood.map((text) => `“${text}”`).join(", ")}
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

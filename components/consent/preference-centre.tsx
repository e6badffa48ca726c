"use client";

import { Plus } from "lucide-react";
import { useState } from "react";
import { useAction } from "@/components/layout/use-action";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { NativeSelect } from "@/components/ui/native-select";
import { Textarea } from "@/components/ui/textarea";
import { ENGLISH, TEXT_KEYS, TEXT_LABELS, type PreferenceSettings } from "@/domain/preferences/model";
import type { ConsentActions } from "./consent-tabs";

/** Languages, words and looks of the pages where people choose for themselves. */
export function PreferenceCentre({
  settings,
  canWrite,
  actions,
}: {
  settings: PreferenceSettings;
  canWrite: boolean;
  actions: ConsentActions;
}) {
  const { epoch: _epoch, ...stored } = settings;
  const [draft, setDraft] = useState(stored);
  const [pauses, setPauses] = useState(stored.pauseDays.join(", "));
  const [shown, setShown] = useState(0);
  const save = useAction(actions.savePreferences, { inline: true, success: "The preference centre is saved." });
  const revoke = useAction(actions.revokeLinks, { success: "Links sent so far no longer work." });
  const language = draft.languages[shown] ?? draft.languages[0];
  const change = (part: Partial<typeof draft>) => setDraft({ ...draft, ...part });
  const texts = (part: Partial<typeof ENGLISH>) =>
    change({ languages: draft.languages.map((one, i) => (i === shown ? { ...one, texts: { ...one.texts, ...part } } : one)) });
  return (
    <form
      className="grid gap-4 xl:grid-cols-[minmax(0,1fr)_24rem]"
      onSubmit={(event) => {
        event.preventDefault();
        void save.run({
          ...draft,
          pauseDays: pauses
            .split(/[\s,;]+/)
            .filter((part) => part !== "")
            .map(Number),
        });
      }}
    >
      <fieldset disabled={!canWrite} className="grid content-start gap-4">
        <Card>
          <CardHeader>
            <CardTitle>Looks and rules</CardTitle>
            <CardDescription>
              The topics are the published purposes that are switched on for the preference centre, with their notices as words.
            </CardDescription>
          </CardHeader>
          <CardContent className="grid gap-4 sm:grid-cols-2">
            <Field label="Name at the top" className="content-start" error={save.fields["brand"]}>
              <Input value={draft.brand} onChange={(event) => change({ brand: event.target.value })} />
            </Field>
            <Field label="Accent colour" hint="Of buttons and links." error={save.fields["accent"]}>
              <Input type="color" className="p-1" value={draft.accent} onChange={(event) => change({ accent: event.target.value })} />
            </Field>
            <Field label="One click on unsubscribe leaves" className="content-start">
              <NativeSelect value={draft.oneClick} onChange={(event) => change({ oneClick: event.target.value as typeof draft.oneClick })}>
                <option value="topic">The topic of the message</option>
                <option value="channel">Every message on the channel</option>
              </NativeSelect>
            </Field>
            <Field label="Pauses on offer (days)" hint="Separated by commas. Empty: no pause." error={save.fields["pauseDays"]}>
              <Input value={pauses} onChange={(event) => setPauses(event.target.value)} />
            </Field>
          </CardContent>
        </Card>
        <Card>
          <CardHeader>
            <CardTitle>Languages</CardTitle>
            <CardDescription>The visitor&apos;s own is used where it is there, otherwise the first.</CardDescription>
          </CardHeader>
          <CardContent className="grid gap-4">
            <div className="flex flex-wrap items-end gap-2">
              <Field label="Edit language" className="w-40">
                <NativeSelect value={String(shown)} onChange={(event) => setShown(Number(event.target.value))}>
                  {draft.languages.map(({ locale }, i) => (
                    // oxlint-disable-next-line react/no-array-index-key -- the place is what tells them apart
                    <option key={i} value={i}>
                      {locale || "(new)"}
                    </option>
                  ))}
                </NativeSelect>
              </Field>
              <Field label="Language tag" className="w-32" error={save.fields[`languages.${shown}.locale`]}>
                <Input
                  value={language?.locale ?? ""}
                  onChange={(event) =>
                    change({ languages: draft.languages.map((one, i) => (i === shown ? { ...one, locale: event.target.value } : one)) })
                  }
                />
              </Field>
              {canWrite ? (
                <Button
                  variant="outline"
                  onClick={() => {
                    change({ languages: [...draft.languages, { locale: "", texts: language?.texts ?? ENGLISH }] });
                    setShown(draft.languages.length);
                  }}
                >
                  <Plus aria-hidden />
                  Add language
                </Button>
              ) : null}
              {canWrite && draft.languages.length > 1 ? (
                <Button
                  variant="ghost"
                  onClick={() => {
                    change({ languages: draft.languages.filter((_, i) => i !== shown) });
                    setShown(0);
                  }}
                >
                  Remove {language?.locale}
                </Button>
              ) : null}
            </div>
            <div className="grid gap-3 sm:grid-cols-2">
              {TEXT_KEYS.map((key) => (
                <Field
                  key={key}
                  label={TEXT_LABELS[key]}
                  className={key === "intro" ? "sm:col-span-2" : ""}
                  error={save.fields[`languages.${shown}.texts.${key}`]}
                >
                  {key === "intro" ? (
                    <Textarea rows={2} value={language?.texts[key] ?? ""} onChange={(event) => texts({ [key]: event.target.value })} />
                  ) : (
                    <Input value={language?.texts[key] ?? ""} onChange={(event) => texts({ [key]: event.target.value })} />
                  )}
                </Field>
              ))}
            </div>
          </CardContent>
        </Card>
      </fieldset>
      <div className="grid content-start gap-4">
        <Card>
          <CardHeader>
            <CardTitle>Preview</CardTitle>
            <CardDescription>In {language?.locale || "the new language"}; topics are yours.</CardDescription>
          </CardHeader>
          <CardContent>
            <div className="grid gap-3 rounded-lg border bg-background p-4" lang={language?.locale}>
              <p className="text-sm text-muted-foreground">{draft.brand}</p>
              <p className="text-lg font-semibold tracking-tight">{language?.texts.title}</p>
              <p className="text-sm text-pretty text-muted-foreground">{language?.texts.intro}</p>
              <span
                className="h-8 justify-self-start rounded-md px-3 py-1.5 text-sm font-medium text-white"
                style={{ background: draft.accent }}
              >
                {language?.texts.save}
              </span>
              <p className="text-sm">{language?.texts.pause}</p>
              <p className="text-sm underline">{language?.texts.leave}</p>
            </div>
          </CardContent>
        </Card>
        {canWrite ? (
          <div className="flex flex-wrap gap-2">
            <Button type="submit" pending={save.pending}>
              Save preference centre
            </Button>
            <Button variant="destructive-outline" pending={revoke.pending} onClick={() => void revoke.run(null)}>
              Revoke all links
            </Button>
          </div>
        ) : null}
      </div>
    </form>
  );
}

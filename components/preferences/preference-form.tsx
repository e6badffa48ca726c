"use client";

import { useState, type CSSProperties } from "react";
import { Button } from "@/components/ui/button";
import { NativeSelect } from "@/components/ui/native-select";
import { Switch } from "@/components/ui/switch";
import { CHANNEL_LABELS } from "@/domain/consent/model";
import type { Result } from "@/domain/kernel/model";
import type { PreferencePage } from "@/domain/preferences/model";

interface Choice {
  token: string;
  locale: string;
  choices?: { purposeId: string; channel: string; on: boolean }[];
  pause?: number;
  leave?: boolean;
}

const keyOf = (purposeId: string, channel: string): string => `${purposeId} ${channel}`;
const stateOf = (page: PreferencePage): Record<string, boolean> =>
  Object.fromEntries(
    page.topics.flatMap(({ purposeId, channels }) =>
      channels.map(({ channel, on, waiting }) => [keyOf(purposeId, channel), on || waiting]),
    ),
  );

/** What a person sees behind their link: a switch per topic and channel, a pause, and the way out of everything. */
export function PreferenceForm({
  token,
  page: first,
  save,
}: {
  token: string;
  page: PreferencePage;
  save: (input: Choice) => Promise<Result<PreferencePage | null>>;
}) {
  const [page, setPage] = useState(first);
  const [on, setOn] = useState(() => stateOf(first));
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState("");
  const { texts, locale } = page;
  const day = new Intl.DateTimeFormat(locale, { dateStyle: "long" });

  const send = async (input: Omit<Choice, "token" | "locale">, done: string): Promise<void> => {
    setBusy(true);
    setSaid("");
    const result = await save({ token, locale, ...input }).catch(() => undefined);
    setBusy(false);
    if (!result?.ok || !result.data) return setSaid(texts.failed);
    setPage(result.data);
    setOn(stateOf(result.data));
    setSaid(done);
  };
  const choices = page.topics.flatMap(({ purposeId, channels }) =>
    channels.map(({ channel }) => ({ purposeId, channel, on: on[keyOf(purposeId, channel)] ?? false })),
  );
  // Text on the accent stays readable whatever colour the admin chose.
  const theme = { "--primary": page.accent, "--primary-foreground": onColour(page.accent), "--ring": page.accent } as CSSProperties;
  return (
    <div className="grid gap-6" style={theme}>
      <header className="grid gap-1.5">
        <div className="flex items-center justify-between gap-3">
          <p className="font-medium text-muted-foreground">{page.brand}</p>
          {page.locales.length > 1 ? (
            <NativeSelect
              aria-label="Language"
              className="w-28"
              value={locale}
              onChange={(event) => window.location.assign(`?lang=${encodeURIComponent(event.target.value)}`)}
            >
              {page.locales.map((one) => (
                <option key={one} value={one}>
                  {new Intl.DisplayNames(one, { type: "language" }).of(one) ?? one}
                </option>
              ))}
            </NativeSelect>
          ) : null}
        </div>
        <h1 className="text-2xl font-semibold tracking-tight text-balance">{texts.title}</h1>
        <p className="text-pretty text-muted-foreground">{texts.intro}</p>
      </header>
      <form
        className="grid gap-6"
        onSubmit={(event) => {
          event.preventDefault();
          void send({ choices }, texts.saved);
        }}
      >
        <ul className="grid divide-y rounded-lg border bg-card">
          {page.topics.map((topic) => (
            <li key={topic.purposeId} className="grid gap-2.5 px-4 py-3.5">
              <div>
                <h2 className="font-medium">{topic.title}</h2>
                <p className="text-sm text-pretty text-muted-foreground">{topic.text}</p>
              </div>
              <ul className="grid gap-2">
                {topic.channels.map(({ channel, waiting }) => {
                  const id = keyOf(topic.purposeId, channel);
                  return (
                    <li key={channel} className="flex min-h-6 items-center justify-between gap-4 text-sm">
                      <label htmlFor={id} className="flex-1">
                        {CHANNEL_LABELS[channel]}
                        {waiting ? <span className="block text-xs text-warning-text">{texts.waiting}</span> : null}
                      </label>
                      {waiting ? (
                        <Button
                          size="sm"
                          pending={busy}
                          onClick={() => void send({ choices: [{ purposeId: topic.purposeId, channel, on: true }] }, texts.saved)}
                        >
                          {texts.confirm}
                        </Button>
                      ) : null}
                      <Switch
                        id={id}
                        aria-label={`${CHANNEL_LABELS[channel]}, ${topic.title}`}
                        checked={on[id] ?? false}
                        onCheckedChange={(next) => setOn({ ...on, [id]: next })}
                      />
                    </li>
                  );
                })}
              </ul>
            </li>
          ))}
        </ul>
        <div className="flex flex-wrap items-center gap-3">
          <Button type="submit" size="lg" pending={busy}>
            {texts.save}
          </Button>
          <p role="status" className="text-sm">
            {said}
          </p>
        </div>
      </form>
      {page.pauseDays.length > 0 ? (
        <section className="grid gap-2" aria-labelledby="pause">
          <h2 id="pause" className="font-medium">
            {texts.pause}
          </h2>
          {page.pausedUntil ? (
            <div className="flex flex-wrap items-center gap-3 text-sm">
              <p>
                {texts.paused} {day.format(new Date(page.pausedUntil))}.
              </p>
              <Button variant="outline" pending={busy} onClick={() => void send({ pause: 0 }, texts.saved)}>
                {texts.resume}
              </Button>
            </div>
          ) : (
            <div className="flex flex-wrap gap-2">
              {page.pauseDays.map((days) => (
                <Button key={days} variant="outline" pending={busy} onClick={() => void send({ pause: days }, texts.saved)}>
                  {days} {texts.days}
                </Button>
              ))}
            </div>
          )}
        </section>
      ) : null}
      <footer className="border-t pt-4">
        <Button variant="destructive-outline" pending={busy} onClick={() => void send({ leave: true }, texts.left)}>
          {texts.leave}
        </Button>
      </footer>
    </div>
  );
}

/** Black or white, whichever stands out more from the colour (relative luminance of WCAG 2). */
function onColour(hex: string): string {
  const channel = (from: number): number => {
    const c = Number.parseInt(hex.slice(from, from + 2), 16) / 255;
    return c <= 0.040_45 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  const luminance = 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
  return luminance > 0.179 ? "#000000" : "#ffffff";
}

import {
  Bell,
  BellRing,
  CalendarClock,
  Clock,
  CornerUpLeft,
  DoorOpen,
  FlaskConical,
  Gauge,
  Hourglass,
  Inbox,
  ListPlus,
  Mail,
  MessageSquare,
  Plug,
  Radio,
  Send,
  Shuffle,
  Sparkles,
  Split,
  Sun,
  Tag,
  TimerReset,
  Webhook,
  Workflow,
  type LucideIcon,
} from "lucide-react";
import type { Group } from "@/domain/segments/model";
import type { JourneyChannel, JourneyNode, NodeKind } from "@/domain/journeys/model";

export const CHANNEL_NAMES: Record<JourneyChannel, string> = {
  email: "E-mail",
  sms: "SMS",
  push: "Push",
  web_push: "Web push",
  in_app: "In-app message",
  webhook: "Webhook",
  slack: "Slack",
};
const CHANNEL_ICONS: Record<JourneyChannel, LucideIcon> = {
  email: Mail,
  sms: MessageSquare,
  push: Bell,
  web_push: BellRing,
  in_app: Inbox,
  webhook: Webhook,
  slack: Send,
};
const CHANNEL_HINTS: Record<JourneyChannel, string> = {
  email: "To the person's e-mail address",
  sms: "To the person's phone",
  push: "To the app on the person's devices",
  web_push: "To browsers that agreed",
  in_app: "Waits in the inbox on your site",
  webhook: "A signed request to your system",
  slack: "To a channel of your team",
};

export type KindGroup = "Messages" | "Wait" | "Split" | "Act" | "Shape";
const KIND_GROUPS: readonly KindGroup[] = ["Messages", "Wait", "Split", "Act", "Shape"];

/** Colour of a kind's icon; the word beside it says the same. */
export const GROUP_TINT: Record<KindGroup, string> = {
  Messages: "bg-[color-mix(in_oklch,var(--chart-1)_14%,var(--card))] text-chart-1",
  Wait: "bg-[color-mix(in_oklch,var(--chart-2)_16%,var(--card))] text-[color-mix(in_oklch,var(--chart-2)_75%,var(--foreground))]",
  Split: "bg-[color-mix(in_oklch,var(--chart-3)_14%,var(--card))] text-chart-3",
  Act: "bg-[color-mix(in_oklch,var(--chart-4)_16%,var(--card))] text-[color-mix(in_oklch,var(--chart-4)_75%,var(--foreground))]",
  Shape: "bg-secondary text-muted-foreground",
};

interface KindLook {
  readonly label: string;
  readonly group: KindGroup;
  readonly icon: LucideIcon;
  readonly hint: string;
  readonly words?: string;
}

const LOOKS: Record<Exclude<NodeKind, "message">, KindLook> = {
  delay: { label: "Wait", group: "Wait", icon: Clock, hint: "For a fixed time", words: "delay pause hours days" },
  wait_until: { label: "Wait until a time", group: "Wait", icon: CalendarClock, hint: "A date, a date trait, or a local time and weekday" },
  time_window: { label: "Time window", group: "Wait", icon: Sun, hint: "Lets people through in certain hours only", words: "office hours" },
  hold_until: {
    label: "Wait for an event",
    group: "Wait",
    icon: Hourglass,
    hint: "Or until the time is up",
    words: "hold until abandoned cart",
  },
  wait_condition: {
    label: "Wait for a condition",
    group: "Wait",
    icon: TimerReset,
    hint: "Until it holds, or the time is up",
    words: "until trait segment",
  },
  split: {
    label: "Split by condition",
    group: "Split",
    icon: Split,
    hint: "First branch that fits; one only",
    words: "if branch yes no true false filter",
  },
  random_split: {
    label: "Random split",
    group: "Split",
    icon: Shuffle,
    hint: "By shares, sticky for each person",
    words: "cohort percent",
  },
  experiment: {
    label: "Experiment",
    group: "Split",
    icon: FlaskConical,
    hint: "Arms and a control, measured",
    words: "a/b test ab variant",
  },
  optimise: { label: "Optimise", group: "Split", icon: Sparkles, hint: "Shares follow what works", words: "bandit thompson winner" },
  rate_limit: { label: "Rate limit", group: "Wait", icon: Gauge, hint: "So many people an hour go on", words: "throttle speed" },
  set_trait: { label: "Set a trait", group: "Act", icon: Tag, hint: "Write a value to the profile", words: "update attribute" },
  list: { label: "Add to or remove from a list", group: "Act", icon: ListPlus, hint: "A list that you keep by hand", words: "audience" },
  send_event: { label: "Send an event", group: "Act", icon: Radio, hint: "Like one from any source", words: "track" },
  destination: { label: "Send to a destination", group: "Act", icon: Plug, hint: "A connected system", words: "audience ads crm" },
  start_journey: { label: "Start another journey", group: "Act", icon: Workflow, hint: "The person enters it; this one goes on" },
  jump: { label: "Go back", group: "Shape", icon: CornerUpLeft, hint: "To an earlier step, so many times", words: "loop repeat" },
  exit: { label: "Exit", group: "Shape", icon: DoorOpen, hint: "Ends the journey here", words: "end stop" },
};

/** Name, group and icon of a step, by its kind; messages by their channel. */
export function lookOf(node: Pick<JourneyNode, "kind"> & { channel?: JourneyChannel }): KindLook {
  if (node.kind !== "message") return LOOKS[node.kind];
  const channel = node.channel ?? "email";
  return { label: CHANNEL_NAMES[channel], group: "Messages", icon: CHANNEL_ICONS[channel], hint: CHANNEL_HINTS[channel] };
}

export interface StepChoice extends KindLook {
  readonly key: string;
  readonly kind: NodeKind;
  readonly make: (id: string, newId: () => string) => JourneyNode;
}

export const emptyCondition = (): Group => ({ kind: "group", id: "root", match: "all", children: [] });
const days = (n: number) => ({ n, unit: "day" as const });
const metric = { event: "", value: "rate" as const, within: days(7) };

const MAKE: Record<Exclude<NodeKind, "message">, StepChoice["make"]> = {
  delay: (id) => ({ kind: "delay", id, label: "", duration: days(1), next: null }),
  wait_until: (id) => ({
    kind: "wait_until",
    id,
    label: "",
    until: { kind: "local_time", weekdays: [1, 2, 3, 4, 5], time: "09:00" },
    past: "continue",
    next: null,
    skip: null,
  }),
  time_window: (id) => ({ kind: "time_window", id, label: "", weekdays: [1, 2, 3, 4, 5], from: "09:00", to: "18:00", next: null }),
  hold_until: (id, newId) => ({
    kind: "hold_until",
    id,
    label: "",
    branches: [{ id: newId(), label: "", event: "", where: [], match: null, action: "go", next: null }],
    timeout: { after: days(3), next: null },
  }),
  wait_condition: (id) => ({
    kind: "wait_condition",
    id,
    label: "",
    condition: emptyCondition(),
    next: null,
    timeout: { after: days(3), next: null },
  }),
  split: (id, newId) => ({
    kind: "split",
    id,
    label: "",
    branches: [{ id: newId(), label: "Yes", condition: emptyCondition(), next: null }],
    otherwise: null,
  }),
  random_split: (id, newId) => ({
    kind: "random_split",
    id,
    label: "",
    sticky: true,
    branches: ["A", "B"].map((name) => ({ id: newId(), label: name, share: 50, next: null })),
  }),
  experiment: (id, newId) => ({
    kind: "experiment",
    id,
    label: "",
    metric,
    arms: ["Variant", "Control"].map((name, i) => ({ id: newId(), label: name, share: 50, control: i === 1, next: null })),
  }),
  optimise: (id, newId) => ({
    kind: "optimise",
    id,
    label: "",
    metric,
    floor: 10,
    arms: ["A", "B"].map((name) => ({ id: newId(), label: name, share: 50, control: false, next: null })),
  }),
  rate_limit: (id) => ({ kind: "rate_limit", id, label: "", people: 1000, per: "hour", next: null }),
  set_trait: (id) => ({ kind: "set_trait", id, label: "", trait: "", value: "", next: null }),
  list: (id) => ({ kind: "list", id, label: "", action: "add", listId: null, next: null }),
  send_event: (id) => ({ kind: "send_event", id, label: "", event: "", properties: [], next: null }),
  destination: (id) => ({ kind: "destination", id, label: "", destinationId: null, next: null }),
  start_journey: (id) => ({ kind: "start_journey", id, label: "", journeyId: null, next: null }),
  jump: (id) => ({ kind: "jump", id, label: "", target: null, times: 3, next: null }),
  exit: (id) => ({ kind: "exit", id, label: "", reason: "" }),
};

/** Everything that can be added, in the order of the picker. */
export const STEP_CHOICES: readonly StepChoice[] = [
  ...(Object.keys(CHANNEL_NAMES) as JourneyChannel[]).map((channel): StepChoice => ({
    ...lookOf({ kind: "message", channel }),
    key: `message:${channel}`,
    kind: "message",
    make: (id) => ({
      kind: "message",
      id,
      label: "",
      channel,
      templateId: null,
      transactional: false,
      topicId: null,
      next: null,
      notSent: null,
    }),
  })),
  ...(Object.keys(LOOKS) as Exclude<NodeKind, "message">[]).map((kind): StepChoice => ({
    ...LOOKS[kind],
    key: kind,
    kind,
    make: MAKE[kind],
  })),
];

/** The choices whose name or words hold every word that was typed, grouped. */
export function findChoices(typed: string): { group: KindGroup; choices: StepChoice[] }[] {
  const wanted = typed.toLowerCase().split(/\s+/u).filter(Boolean);
  return KIND_GROUPS.map((group) => ({
    group,
    choices: STEP_CHOICES.filter((one) => {
      const text = `${one.label} ${one.hint} ${one.words ?? ""} ${group}`.toLowerCase();
      return one.group === group && wanted.every((word) => text.includes(word));
    }),
  })).filter(({ choices }) => choices.length > 0);
}

/** Random id of a step or branch. */
export const newPartId = (): string =>
  `n${Array.from(crypto.getRandomValues(new Uint8Array(6)), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;

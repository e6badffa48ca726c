import type { SignalKind } from "@/domain/channels/model";
import { JOURNEY_CHANNELS, MESSAGE_OUTCOMES, MESSAGE_STATES } from "@/domain/journeys/model";
import type { JourneyChannel, MessageOutcome, MessageState } from "@/domain/journeys/model";

/** Words of messages: what the log shows. Pure: the browser imports it. */
export const CHANNEL_LABELS: Record<JourneyChannel, string> = {
  email: "E-mail",
  sms: "SMS",
  push: "Push",
  web_push: "Web push",
  in_app: "In-app inbox",
  webhook: "Webhook",
  slack: "Slack",
};
export const STATE_LABELS: Record<MessageState, string> = {
  queued: "Waiting",
  review: "Held for review",
  sending: "Sending",
  sent: "Sent",
  not_sent: "Not sent",
};
export const OUTCOME_LABELS: Record<MessageOutcome, string> = {
  sent: "Sent",
  capped: "Over a frequency cap",
  out_prioritised: "Another message came first",
  not_consented: "No consent",
  unsubscribed: "Unsubscribed",
  suppressed: "Address suppressed",
  quiet_dropped: "Quiet hours",
  unreachable: "No address",
  expired: "Too late",
  held_out: "Held out",
  rejected: "Discarded in review",
  run_ended: "Journey ended first",
  failed: "Failed",
  unknown: "Outcome unknown",
};

/** What the log can be narrowed to. */
export const FILTER_STATES = MESSAGE_STATES;
export const FILTER_OUTCOMES = MESSAGE_OUTCOMES;
export const FILTER_CHANNELS = JOURNEY_CHANNELS;

export interface MessageRow {
  readonly id: number;
  /** Canonical profile. */
  readonly profileId: number;
  /** Null: none, or not to be seen. */
  readonly name: string | null;
  readonly channel: JourneyChannel;
  readonly state: MessageState;
  readonly outcome: MessageOutcome | null;
  /** Rule, cap or winner that decided, in words. */
  readonly because: string | null;
  readonly journeyId: string | null;
  readonly journeyName: string | null;
  readonly broadcastName: string | null;
  readonly templateName: string | null;
  readonly subject: string | null;
  /** Masked for members who may not see personal data. */
  readonly address: string | null;
  /** Name of the account; "Sink" where none was set up. Null: not sent. */
  readonly account: string | null;
  readonly attempts: number;
  readonly error: string | null;
  readonly dueAt: string;
  readonly createdAt: string;
  readonly sentAt: string | null;
  /** What is known of it since, the newest of each kind. */
  readonly signals: readonly { readonly kind: SignalKind; readonly at: string; readonly machine: boolean }[];
}

export interface MessagePage {
  readonly rows: readonly MessageRow[];
  /** To be given back for the next page; null: this is the last. */
  readonly next: string | null;
  /** ISO time. */
  readonly asOf: string;
}

export interface MessageDetail extends MessageRow {
  readonly preview: {
    readonly subject: string | null;
    readonly html: string | null;
    readonly text: string;
    readonly link: string | null;
    readonly json: unknown;
  } | null;
  /** Why there is no preview, in words. */
  readonly noPreview: string | null;
  readonly tries: readonly {
    readonly attempt: number;
    readonly account: string | null;
    readonly startedAt: string;
    readonly finishedAt: string | null;
    readonly status: number | null;
    readonly result: string | null;
    readonly error: string | null;
  }[];
  readonly history: readonly {
    readonly kind: SignalKind;
    readonly at: string;
    readonly machine: boolean;
    readonly detail: string | null;
  }[];
}

/** Messages by what became of them, in a time. */
export interface MessageCounts {
  readonly queued: number;
  readonly review: number;
  readonly sent: number;
  readonly notSent: number;
  /** Days that sent and not sent are counted over. */
  readonly days: number;
}

export interface InboxItem {
  readonly id: number;
  readonly title: string;
  readonly body: string;
  readonly url: string | null;
  readonly createdAt: string;
  readonly read: boolean;
}

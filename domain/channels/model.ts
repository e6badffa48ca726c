import type { JourneyChannel } from "@/domain/journeys/model";

/** Words of channels: providers, what each needs, and what a send can come to. Pure: the browser imports it. */

export const PROVIDER_IDS = [
  "smtp",
  "ses",
  "sendgrid",
  "mailgun",
  "postmark",
  "resend",
  "twilio",
  "firebase",
  "web_push",
  "slack",
  "webhook",
  "inbox",
] as const;
export type ProviderId = (typeof PROVIDER_IDS)[number];

export const ACCOUNT_STATUSES = ["active", "paused"] as const;
export type AccountStatus = (typeof ACCOUNT_STATUSES)[number];

/** What becomes known about a sent message. */
export const SIGNAL_KINDS = [
  "delivered",
  "deferred",
  "bounced",
  "dropped",
  "complained",
  "unsubscribed",
  "opened",
  "clicked",
  "failed",
] as const;
export type SignalKind = (typeof SIGNAL_KINDS)[number];
export const SIGNAL_LABELS: Record<SignalKind, string> = {
  delivered: "Delivered",
  deferred: "Deferred",
  bounced: "Bounced",
  dropped: "Dropped by the provider",
  complained: "Marked as spam",
  unsubscribed: "Unsubscribed",
  opened: "Opened",
  clicked: "Clicked",
  failed: "Failed at the provider",
};

/** A field of an account's form. */
export interface ProviderField {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly kind: "text" | "number" | "secret" | "secret_text" | "choice";
  readonly choices?: readonly { readonly value: string; readonly label: string }[];
  readonly required: boolean;
  readonly initial?: string;
}

export interface Provider {
  readonly id: ProviderId;
  readonly channel: JourneyChannel;
  readonly label: string;
  readonly fields: readonly ProviderField[];
  /**
   * The receiver takes a repeated key once: after a crash the same message may be handed over again. Where it does not,
   * a marketing message whose outcome is unknown is never sent twice.
   */
  readonly keepsKeys: boolean;
  /** It reports deliveries, bounces and complaints to our address. */
  readonly callbacks: boolean;
  /** Always there; no account is made for it. */
  readonly builtIn?: boolean;
}

/** What a message says to one person: only the parts that its channel has are set. */
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
  /** Sender of this message where it is not the account's. */
  readonly from: { readonly name: string; readonly email: string; readonly replyTo: string } | null;
}

const FROM: readonly ProviderField[] = [
  { name: "from", label: "From address", kind: "text", required: true, hint: "news@example.com" },
  { name: "fromName", label: "From name", kind: "text", required: false },
  { name: "replyTo", label: "Reply to", kind: "text", required: false, hint: "Left empty: the from address." },
  {
    name: "dkimSelector",
    label: "DKIM selector",
    kind: "text",
    required: false,
    hint: "The name before ._domainkey, for the check of the sender's domain.",
  },
];
const secret = (name: string, label: string, hint?: string, required = true): ProviderField => ({
  name,
  label,
  kind: "secret",
  required,
  ...(hint === undefined ? {} : { hint }),
});

const endpoint = (hint: string): ProviderField => ({
  name: "endpoint",
  label: "API address",
  kind: "text",
  required: false,
  hint: `Left empty: ${hint}. Another one for a region or a gateway of your own.`,
});

export const PROVIDERS: Readonly<Record<ProviderId, Provider>> = {
  smtp: {
    id: "smtp",
    channel: "email",
    label: "SMTP server",
    fields: [
      { name: "host", label: "Server", kind: "text", required: true, hint: "smtp.example.com" },
      { name: "port", label: "Port", kind: "number", required: true, initial: "587" },
      {
        name: "security",
        label: "Encryption",
        kind: "choice",
        required: true,
        initial: "starttls",
        choices: [
          { value: "starttls", label: "STARTTLS (usual on 587)" },
          { value: "tls", label: "TLS from the start (465)" },
          { value: "none", label: "None (a server on your own network)" },
        ],
      },
      { name: "user", label: "User name", kind: "text", required: false },
      secret("password", "Password", undefined, false),
      ...FROM,
    ],
    keepsKeys: false,
    callbacks: false,
  },
  ses: {
    id: "ses",
    channel: "email",
    label: "Amazon SES",
    fields: [
      { name: "region", label: "Region", kind: "text", required: true, hint: "eu-central-1" },
      { name: "accessKeyId", label: "Access key id", kind: "text", required: true },
      secret("secretAccessKey", "Secret access key"),
      { name: "configurationSet", label: "Configuration set", kind: "text", required: false, hint: "The one that reports events to SNS." },
      { name: "topicArn", label: "SNS topic", kind: "text", required: false, hint: "Only reports of this topic are taken." },
      ...FROM,
      endpoint("https://email.<region>.amazonaws.com"),
    ],
    keepsKeys: false,
    callbacks: true,
  },
  sendgrid: {
    id: "sendgrid",
    channel: "email",
    label: "SendGrid",
    fields: [
      secret("apiKey", "API key"),
      secret("webhookKey", "Verification key of the event webhook", "Needed to take reports of deliveries and bounces.", false),
      ...FROM,
      endpoint("https://api.sendgrid.com"),
    ],
    keepsKeys: false,
    callbacks: true,
  },
  mailgun: {
    id: "mailgun",
    channel: "email",
    label: "Mailgun",
    fields: [
      { name: "domain", label: "Sending domain", kind: "text", required: true, hint: "mg.example.com" },
      {
        name: "region",
        label: "Region",
        kind: "choice",
        required: true,
        initial: "us",
        choices: [
          { value: "us", label: "United States" },
          { value: "eu", label: "European Union" },
        ],
      },
      secret("apiKey", "API key"),
      secret("webhookKey", "HTTP webhook signing key", "Needed to take reports of deliveries and bounces.", false),
      ...FROM,
      endpoint("https://api.mailgun.net"),
    ],
    keepsKeys: false,
    callbacks: true,
  },
  postmark: {
    id: "postmark",
    channel: "email",
    label: "Postmark",
    fields: [
      secret("serverToken", "Server token"),
      { name: "stream", label: "Message stream", kind: "text", required: false, initial: "broadcast" },
      secret("webhookPassword", "Password of the webhook's basic authentication", "The user name is tributary.", false),
      ...FROM,
      endpoint("https://api.postmarkapp.com"),
    ],
    keepsKeys: false,
    callbacks: true,
  },
  resend: {
    id: "resend",
    channel: "email",
    label: "Resend",
    fields: [
      secret("apiKey", "API key"),
      secret("webhookKey", "Signing secret of the webhook", "It begins with whsec_.", false),
      ...FROM,
      endpoint("https://api.resend.com"),
    ],
    keepsKeys: true,
    callbacks: true,
  },
  twilio: {
    id: "twilio",
    channel: "sms",
    label: "Twilio",
    fields: [
      { name: "accountSid", label: "Account SID", kind: "text", required: true },
      secret("authToken", "Auth token"),
      {
        name: "from",
        label: "From",
        kind: "text",
        required: true,
        hint: "A number in international form, or the SID of a messaging service.",
      },
      endpoint("https://api.twilio.com"),
    ],
    keepsKeys: false,
    callbacks: true,
  },
  firebase: {
    id: "firebase",
    channel: "push",
    label: "Firebase Cloud Messaging",
    fields: [
      { name: "serviceAccount", label: "Service account (JSON)", kind: "secret_text", required: true },
      endpoint("https://fcm.googleapis.com"),
    ],
    keepsKeys: false,
    callbacks: false,
  },
  web_push: {
    id: "web_push",
    channel: "web_push",
    label: "Web Push",
    fields: [
      { name: "subject", label: "Contact", kind: "text", required: true, hint: "mailto:web@example.com: push services write there." },
    ],
    keepsKeys: false,
    callbacks: false,
  },
  slack: {
    id: "slack",
    channel: "slack",
    label: "Slack",
    fields: [secret("url", "Incoming webhook URL")],
    keepsKeys: false,
    callbacks: false,
  },
  webhook: {
    id: "webhook",
    channel: "webhook",
    label: "Signed webhook",
    fields: [{ name: "url", label: "Address", kind: "text", required: true, hint: "https://example.com/hooks/tributary" }],
    keepsKeys: true,
    callbacks: false,
  },
  inbox: {
    id: "inbox",
    channel: "in_app",
    label: "In-app inbox",
    fields: [],
    keepsKeys: true,
    callbacks: false,
    builtIn: true,
  },
};

/** An account as screens see it: no secret is in it. */
export interface ChannelAccount {
  readonly id: string;
  readonly channel: JourneyChannel;
  readonly provider: ProviderId;
  readonly name: string;
  readonly status: AccountStatus;
  readonly isDefault: boolean;
  readonly settings: Readonly<Record<string, string>>;
  /** Names of secrets that are set. */
  readonly secrets: readonly string[];
  readonly perMinute: number | null;
  /** Until when it rests after failures, as an ISO time; null: it works. */
  readonly openUntil: string | null;
  readonly lastError: string | null;
  /** Path of our address for the provider's reports. */
  readonly callbackPath: string | null;
  /** Public part of what the product made itself: the VAPID key of Web Push. */
  readonly publicKey: string | null;
  /** Secret of signatures that the receiver needs, for whoever may change channels; null otherwise. */
  readonly signingSecret: string | null;
  readonly createdAt: string;
  /** Messages sent in the last 24 hours, and tries that failed. */
  readonly sent: number;
  readonly failed: number;
}

/** What the DNS says about a sender's domain. */
export interface SenderCheck {
  readonly domain: string;
  readonly checks: readonly {
    readonly kind: "spf" | "dkim" | "dmarc";
    /** The name that was asked. */
    readonly name: string;
    readonly verdict: "good" | "warning" | "missing" | "unknown";
    /** What was found and what to do, in words. */
    readonly words: string;
    readonly record: string | null;
  }[];
  /** ISO time. */
  readonly asOf: string;
}

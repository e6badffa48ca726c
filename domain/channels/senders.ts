import type { Sender } from "./contract";
import { mailgun, postmark, resend, sendgrid } from "./mail-services";
import type { ProviderId } from "./model";
import { firebase, slack, twilio, webhook, webPush } from "./other-services";
import { ses } from "./ses";
import { smtp } from "./smtp";

/** How each provider is spoken to. The in-app inbox is a table of ours. */
export const SENDERS: Readonly<Record<Exclude<ProviderId, "inbox">, Sender>> = {
  smtp,
  ses,
  sendgrid,
  mailgun,
  postmark,
  resend,
  twilio,
  firebase,
  web_push: webPush,
  slack,
  webhook,
};

import { AUTOMATED, automatedCampaignId, type AutomatedMail, type Newsletter } from "./campaigns";
import { DAY, HOUR, MINUTE } from "./calendar";
import { fillBasket } from "./orders";
import { drawVariation, exposure } from "./experiments";
import type { Life } from "./life";
import { automatedTouch, newsletterTouch } from "./touches";
import type { Touch } from "./stage";

interface Mail {
  campaignId: string;
  name: string;
  subject: string;
  open: number;
  click: number;
  link: { id: string; url: string };
  touch: Touch;
  variation?: string;
}

/** Puts every newsletter of the history on the agenda; it is sent to whoever is subscribed on that day. */
export function planNewsletters(life: Life): void {
  const { plan } = life.world;
  for (const newsletter of plan.newsletters) {
    if (newsletter.day + DAY < life.person.from) continue;
    life.plan(life.localHour(newsletter.day, 9), { kind: "newsletter", newsletter });
  }
}

export function sendNewsletter(life: Life, at: number, newsletter: Newsletter): void {
  if (!life.mailSubscribed) return;
  // Half of the people get the second subject line, which does better.
  const b = life.random.chance(0.5);
  const gone = at > life.person.until ? 0.35 : 1;
  send(life, at, {
    campaignId: newsletter.campaignId,
    name: newsletter.name,
    subject: newsletter.subject[b ? 1 : 0],
    open: (b ? 0.36 : 0.29) * gone,
    click: 0.13 * gone,
    link: { id: "hero", url: `https://www.fernhill.example/${newsletter.slug}` },
    touch: newsletterTouch(newsletter, b ? "subject-b" : "subject-a"),
    variation: b ? "subject-b" : "subject-a",
  });
}

/** A mail that runs by itself. The win-back one is an experiment with a holdout. */
export function sendAutomated(life: Life, at: number, mail: AutomatedMail): void {
  if (!life.mailSubscribed) return;
  const { random, stage, person, world } = life;
  const { name, subject, open, click } = AUTOMATED[mail];
  let forced: number | undefined;
  if (mail === "winback") {
    const experiment = world.experiments.winback;
    const arm = drawVariation(random, experiment);
    life.quietUntil = at + experiment.metric.days * DAY;
    stage.server(
      "email",
      at,
      person,
      { type: "track", event: "Experiment Viewed", properties: exposure(experiment, arm) },
      mailContext(life, "Experiment Viewed"),
    );
    // Whether they come back is decided here, so that the true effect is what the experiment says.
    const truth = experiment.truth as { control: number; treatment: number };
    forced = random.chance(arm.control ? truth.control : truth.treatment)
      ? at + random.int(1, 27) * DAY + random.int(0, 12) * HOUR
      : undefined;
    if (forced !== undefined) {
      life.later(forced, (when) => {
        person.until = Math.max(person.until, when + random.int(20, 120) * DAY);
        life.plan(when, {
          kind: "visit",
          ...(arm.control ? {} : { touch: automatedTouch("winback") }),
          buys: fillBasket(life),
          again: true,
        });
      });
    }
    if (arm.control) return;
  }
  send(life, at, {
    campaignId: automatedCampaignId(mail),
    name,
    subject,
    open: forced === undefined ? open : 1,
    // The visit after a win-back mail is planned above.
    click: mail === "winback" ? 0 : click,
    link: { id: "main", url: `https://www.fernhill.example/m/${mail}` },
    touch: automatedTouch(mail),
  });
}

const PASSIVE = new Set(["Email Delivered", "Email Bounced", "Experiment Viewed"]);
const mailContext = (life: Life, event: string): { context: Record<string, unknown>; passive: boolean } => ({
  context: { traits: { email: life.person.email } },
  passive: PASSIVE.has(event),
});

function send(life: Life, at: number, mail: Mail): void {
  const { random, stage, person } = life;
  const properties = {
    email_id: `${mail.campaignId}-${person.key}`,
    email_subject: mail.subject,
    campaign_id: mail.campaignId,
    campaign_name: mail.name,
    list_id: "customers",
    list_name: "Customers",
    ...(mail.variation ? { variation_id: mail.variation } : {}),
  };
  const track = (when: number, event: string, more: Record<string, unknown> = {}): void =>
    stage.server("email", when, person, { type: "track", event, properties: { ...properties, ...more } }, mailContext(life, event));
  if (random.chance(0.006)) {
    track(at + 20_000, "Email Bounced", { bounce_type: random.chance(0.4) ? "hard" : "soft" });
    life.mailSubscribed = false;
    return;
  }
  track(at + random.int(2, 90) * 1000, "Email Delivered");
  if (random.chance(0.006)) {
    life.later(at + random.int(5, 600) * MINUTE, (when) => {
      life.mailSubscribed = false;
      track(when, "Unsubscribed");
    });
  } else if (random.chance(0.0008)) {
    life.later(at + random.int(5, 600) * MINUTE, (when) => {
      life.mailSubscribed = false;
      track(when, "Email Marked as Spam");
    });
  }
  if (!random.chance(mail.open)) return;
  const opened = at + (random.chance(0.6) ? random.int(3, 240) : random.int(240, 2880)) * MINUTE;
  track(opened, "Email Opened");
  if (!random.chance(mail.click)) return;
  const clicked = opened + random.int(10, 100) * 1000;
  track(clicked, "Email Link Clicked", { link_id: mail.link.id, link_url: mail.link.url });
  life.plan(clicked + 3000, { kind: "visit", touch: mail.touch, again: false });
}

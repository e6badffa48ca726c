import { contentSchema } from "./model";
import type { Content, TemplateKind } from "./model";

/** Templates to begin with. No pictures are fetched from anywhere: they are made of type, colour and the shop's own products. */
export interface Starter {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly kind: TemplateKind;
  readonly content: Content;
}

type Draft = Record<string, unknown> & { kind: string };

const FOOTER: Draft = {
  kind: "footer",
  text: "{{ company.name }}\nYou get this mail because you are a customer of ours.\n[Unsubscribe]({{ links.unsubscribe }}) · [Choose what you hear about]({{ links.preferences }})",
};
const SERVICE_FOOTER: Draft = { kind: "footer", text: "{{ company.name }}\nThis mail is part of your order. Questions? Just answer it." };
const HELLO = 'Hello {{ profile.first_name | default: "there" }},';

function email(subject: string, preheader: string, theme: Record<string, string>, blocks: readonly Draft[]): Content {
  return contentSchema.parse({
    channel: "email",
    defaultLanguage: "en",
    theme,
    variants: {
      en: { subject, preheader, body: { kind: "blocks", blocks: blocks.map((block, i) => ({ id: `b${i + 1}`, ...block })) } },
    },
  });
}

const message = (id: string, name: string, description: string, content: Content): Starter => ({
  id,
  name,
  description,
  kind: "message",
  content,
});

export const STARTERS: readonly Starter[] = [
  message(
    "welcome",
    "Welcome",
    "The first mail after signing up.",
    email(
      'Welcome, {{ profile.first_name | default: "good to have you" }}',
      "Three things to begin with",
      { accent: "#0f766e", background: "#ecfdf5" },
      [
        { kind: "heading", text: "Good to have you here" },
        {
          kind: "text",
          text: `${HELLO}\n\nthank you for joining us. Here is what is worth knowing first:\n\n**Delivery** is free from the second order.\n**Returns** take one click, for 30 days.\n**Questions** are answered by people, mostly within the hour.`,
        },
        { kind: "button", text: "Look around", url: "https://example.com/" },
        { kind: "heading", text: "What others like" },
        { kind: "products", source: "bestsellers", count: 3, button: "See it" },
        FOOTER,
      ],
    ),
  ),
  message(
    "abandoned-cart",
    "Abandoned cart",
    "Brings back what was left in the cart. Its trigger is the cart's event, with its products.",
    email("You left something behind", "Your cart is kept for you", { accent: "#b45309", background: "#fffbeb" }, [
      { kind: "heading", text: "Still thinking it over?" },
      { kind: "text", text: `${HELLO}\n\nwe kept your cart as you left it:` },
      { kind: "products", source: "event", path: "products", count: 6 },
      { kind: "button", text: "Back to my cart", url: '{{ event.cart_url | default: "https://example.com/cart" }}' },
      { kind: "text", text: "Something in the way? Answer this mail and we will help." },
      FOOTER,
    ]),
  ),
  message(
    "win-back",
    "Win-back",
    "For people who have not been here for a while.",
    email(
      'We miss you, {{ profile.first_name | default: "truly" }}',
      "Much is new since your last visit",
      { accent: "#7c3aed", background: "#f5f3ff" },
      [
        { kind: "heading", text: "It has been a while" },
        {
          kind: "text",
          text: `${HELLO}\n\n{% if profile.order_count > 0 %}since your last order a lot has happened here.{% else %}a lot has happened here since you looked in.{% endif %} These are the things that others come back for:`,
        },
        { kind: "products", source: "bestsellers", count: 4, button: "See it" },
        { kind: "button", text: "See what is new", url: "https://example.com/new" },
        FOOTER,
      ],
    ),
  ),
  message(
    "birthday",
    "Birthday",
    "A small present on the day.",
    email(
      'Happy birthday, {{ profile.first_name | default: "to you" }}!',
      "There is something for you inside",
      { accent: "#be185d", background: "#fdf2f8" },
      [
        { kind: "spacer", height: 16 },
        { kind: "heading", text: "Happy birthday!", align: "center" },
        {
          kind: "text",
          align: "center",
          text: `${HELLO}\n\nthe day is yours, and so is this: **a present goes with your next order** if you use it within 14 days.`,
        },
        { kind: "button", text: "Get my present", url: "https://example.com/birthday" },
        FOOTER,
      ],
    ),
  ),
  message(
    "order-confirmation",
    "Order confirmation",
    "What was bought. Transactional: its trigger is the order.",
    email("Your order {{ event.order_id }}", "Thank you: we are packing it", { accent: "#1d4ed8", background: "#eff6ff" }, [
      { kind: "heading", text: "Thank you for your order" },
      { kind: "text", text: `${HELLO}\n\nwe have your order **{{ event.order_id }}** and will write again when it leaves.` },
      { kind: "products", source: "event", path: "products", count: 12 },
      { kind: "divider" },
      {
        kind: "text",
        align: "right",
        text: "{% if event.shipping %}Delivery {{ event.shipping | money: event.currency }}\n{% endif %}**Total {{ event.total | default: event.revenue | money: event.currency }}**",
      },
      SERVICE_FOOTER,
    ]),
  ),
  message(
    "newsletter",
    "Newsletter",
    "One story and what sells best.",
    email(
      "News from {{ company.name }}",
      "This month's story, and three favourites",
      { accent: "#9f1239", background: "#fff1f2", font: "serif" },
      [
        { kind: "heading", text: "The story of the month" },
        {
          kind: "text",
          text: "Write two or three paragraphs here: what happened, why it matters to the reader, and what they can do with it.\n\nA second paragraph keeps whoever read the first.",
        },
        { kind: "button", text: "Read the whole story", url: "https://example.com/story", align: "left" },
        { kind: "divider" },
        { kind: "heading", text: "Favourites this month" },
        { kind: "products", source: "bestsellers", count: 3, button: "See it" },
        FOOTER,
      ],
    ),
  ),
  message(
    "double-opt-in",
    "Confirm subscription",
    "Asks whether the address is theirs. Transactional.",
    email("Please confirm your subscription", "One click and you are on the list", { accent: "#15803d", background: "#f0fdf4" }, [
      { kind: "heading", text: "Is this you?" },
      { kind: "text", text: "Somebody, hopefully you, entered this address to hear from {{ company.name }}. Confirm it with one click:" },
      { kind: "button", text: "Yes, subscribe me", url: "{{ links.confirm }}", align: "left" },
      { kind: "text", text: "It was not you? Then do nothing: you will not hear from us again." },
      { kind: "footer", text: "{{ company.name }}\nSent once, because this address was entered." },
    ]),
  ),
  message(
    "back-in-stock",
    "Back in stock",
    "What somebody waited for can be had again.",
    email(
      'It is back: {{ event.name | default: "what you waited for" }}',
      "First come, first served",
      { accent: "#0e7490", background: "#ecfeff" },
      [
        { kind: "heading", text: "Back on the shelf" },
        {
          kind: "text",
          text: `${HELLO}\n\n**{{ event.name | default: "what you waited for" }}** can be had again{% if event.price %}, for {{ event.price | money: event.currency }}{% endif %}. It went fast last time.`,
        },
        { kind: "button", text: "Get it now", url: '{{ event.url | default: "https://example.com/" }}' },
        { kind: "heading", text: "You also looked at" },
        { kind: "products", source: "viewed", count: 3, button: "See it" },
        FOOTER,
      ],
    ),
  ),
  message(
    "sms-reminder",
    "SMS reminder",
    "A cart reminder that fits into one SMS.",
    contentSchema.parse({
      channel: "sms",
      defaultLanguage: "en",
      variants: {
        en: {
          text: '{{ company.name }}: your cart is waiting. {{ event.cart_url | default: "https://example.com/cart" }} Reply STOP to end.',
        },
      },
    }),
  ),
  message(
    "push-offer",
    "Push notification",
    "Title, one line and where it leads.",
    contentSchema.parse({
      channel: "push",
      defaultLanguage: "en",
      variants: {
        en: {
          title: "New for you",
          body: '{{ profile.first_name | default: "Hello" }}, three things came in that you may like.',
          link: "https://example.com/new",
        },
      },
    }),
  ),
  message(
    "webhook-event",
    "Webhook",
    "JSON for another system: Liquid stands inside of strings.",
    contentSchema.parse({
      channel: "webhook",
      defaultLanguage: "en",
      variants: {
        en: {
          body: '{\n  "person": "{{ profile.user_id }}",\n  "email": "{{ profile.email }}",\n  "orders": "{{ profile.order_count }}"\n}',
        },
      },
    }),
  ),
];

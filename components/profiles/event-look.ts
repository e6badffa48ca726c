import {
  AppWindow,
  BadgeCheck,
  Bell,
  CircleDot,
  CreditCard,
  Eye,
  Fingerprint,
  Headphones,
  Heart,
  LifeBuoy,
  Link2,
  LogIn,
  LogOut,
  type LucideIcon,
  Mail,
  MailOpen,
  MessageSquare,
  MousePointerClick,
  Package,
  Play,
  Search,
  ShoppingBag,
  ShoppingCart,
  Smartphone,
  Star,
  Store,
  Ticket,
  Undo2,
  UserPlus,
  UserRound,
  Users,
} from "lucide-react";

export type EventTone = "money" | "loss" | "identity" | "message" | "plain";

/** Icon and tone of an event by its name: the vocabularies of the Segment spec first, words in the name else. */
const RULES: readonly [pattern: RegExp, icon: LucideIcon, tone: EventTone][] = [
  [/^\$identify$/, Fingerprint, "identity"],
  [/^\$group$/, Users, "identity"],
  [/^\$alias$/, Link2, "identity"],
  [/^order completed$/i, ShoppingBag, "money"],
  [/refund|cancel|return/i, Undo2, "loss"],
  [/^page viewed$/i, Eye, "plain"],
  [/^screen viewed$/i, Smartphone, "plain"],
  [/checkout|payment|invoice/i, CreditCard, "plain"],
  [/wishlist/i, Heart, "plain"],
  [/cart|product added|product removed/i, ShoppingCart, "plain"],
  [/product|order/i, Package, "plain"],
  [/coupon|promotion/i, Ticket, "plain"],
  [/search/i, Search, "plain"],
  [/email opened/i, MailOpen, "message"],
  [/link clicked|clicked/i, MousePointerClick, "message"],
  [/e-?mail|unsubscribed|newsletter/i, Mail, "message"],
  [/push|notification/i, Bell, "message"],
  [/chat|message|sms/i, MessageSquare, "message"],
  [/ticket|support|case/i, LifeBuoy, "plain"],
  [/call/i, Headphones, "plain"],
  [/signed up|account created|registered/i, UserPlus, "identity"],
  [/signed in|logged in/i, LogIn, "identity"],
  [/signed out|logged out/i, LogOut, "identity"],
  [/application|installed|app /i, AppWindow, "plain"],
  [/video|playback/i, Play, "plain"],
  [/review|rated/i, Star, "plain"],
  [/store|visit/i, Store, "plain"],
  [/subscri|trial/i, BadgeCheck, "plain"],
  [/user|person/i, UserRound, "plain"],
];

export function eventLook(event: string): { icon: LucideIcon; tone: EventTone } {
  const found = RULES.find(([pattern]) => pattern.test(event));
  return found ? { icon: found[1], tone: found[2] } : { icon: CircleDot, tone: "plain" };
}

export const TONE_CLASSES: Record<EventTone, string> = {
  money: "bg-success-soft text-success-text",
  loss: "bg-destructive-soft text-destructive-text",
  identity: "bg-info-soft text-info-text",
  message: "bg-warning-soft text-warning-text",
  plain: "bg-secondary text-muted-foreground",
};

import { words } from "./draft-scanner";

const DET = "(?:a|an|any|the|some|our|your|their|my|another)";
const THING = "(?:products?|items?|things?|anything|something|goods)";
const OBJECT = `(?: ${DET})?(?: ${THING})?`;
const CART = `(?: ${DET})? (?:cart|basket|bag|trolley)`;
const MAIL = `(?: ${DET})?(?: of)?(?: ${DET})? (?:e-mails?|mails?|newsletters?|campaigns?)`;
const APP = `(?: ${DET})?(?: mobile)? app`;

/** Ways to say an event, with the names it may have; the first that was seen is meant. Longer ways come first. */
const SAID: readonly [source: string, ...names: string[]][] = [
  [`(?:add|adds|added|adding|put|puts|putting)(?: ${DET})?(?: ${THING})? (?:to|in|into)${CART}`, "Product Added", "Added to Cart"],
  [`(?:remove|removes|removed|removing)(?: ${DET})?(?: ${THING})? from${CART}`, "Product Removed"],
  [`(?:abandon|abandoned|abandoning)${CART}`, "Cart Abandoned"],
  [`(?:view|views|viewed|viewing|saw|see|open|opened|opening)${CART}`, "Cart Viewed"],
  [`(?:start|starts|started|starting|begin|begins|began|beginning|reach|reached)(?: ${DET})? checkout`, "Checkout Started"],
  [
    `(?:view|views|viewed|viewing|looked at|look at|looking at|saw|see|seeing|browsed|browse|browsing)(?: ${DET})? (?:products?|items?)`,
    "Product Viewed",
  ],
  [`(?:click|clicks|clicked|clicking)(?: on)?(?: ${DET})?(?: links?)?(?: in| of)?${MAIL}`, "Email Link Clicked", "Email Clicked"],
  [`(?:open|opens|opened|opening|read|reads|reading)${MAIL}`, "Email Opened"],
  [`(?:receive|receives|received|receiving|got|get)${MAIL}`, "Email Delivered", "Email Sent"],
  [`(?:mark|marked|marking)${MAIL} as spam`, "Email Marked as Spam"],
  ["unsubscribe[ds]?|unsubscribing", "Unsubscribed"],
  [`(?:start|starts|started|starting|took out|take out)(?: ${DET})? subscriptions?`, "Subscription Started"],
  [`(?:cancel|cancels|cancell?ed|cancell?ing)(?: ${DET})? subscriptions?`, "Subscription Cancelled"],
  [`(?:cancel|cancels|cancell?ed|cancell?ing)(?: ${DET})? orders?`, "Order Cancelled"],
  [`(?:uninstall|uninstalls|uninstalled|uninstalling|removed|deleted)${APP}`, "Application Uninstalled"],
  [`(?:install|installs|installed|installing|downloaded|download)${APP}`, "Application Installed"],
  [`(?:open|opens|opened|opening|use|uses|used|using|launched|launch)${APP}`, "Application Opened"],
  [
    `(?:contact|contacts|contacted|contacting|wrote to|write to|called|call)(?: ${DET})? (?:customer )?(?:support|service)|(?:open|opened|opening|create|created|creating|raise|raised|file|filed)(?: ${DET})?(?: support)? tickets?`,
    "Ticket Created",
    "Support Ticket Created",
  ],
  [
    `(?:get|got|received|receive|asked for|ask for|request|requested)(?: ${DET})? refunds?|(?:were |was |been )?refunded|(?:return|returns|returned|returning|sent back|send back)(?: ${DET})?(?: orders?)?${OBJECT}`,
    "Order Refunded",
  ],
  [
    `(?:place|places|placed|placing|make|makes|made|making|complete|completed|completing)(?: ${DET})? (?:orders?|purchases?)`,
    "Order Completed",
  ],
  [`(?:buy|buys|bought|buying|order|ordered|ordering|purchase|purchased|purchasing)${OBJECT}`, "Order Completed"],
  [`(?:search|searches|searched|searching)(?: for)?${OBJECT}`, "Products Searched"],
  [
    `(?:sign|signs|signed|signing) up|(?:register|registers|registered|registering)|(?:create|created|creating|open|opened|opening)(?: ${DET})? account`,
    "Signed Up",
  ],
  ["(?:sign|signs|signed|signing) in|(?:log|logs|logged|logging) in", "Signed In"],
  ["(?:sign|signs|signed|signing) out|(?:log|logs|logged|logging) out", "Signed Out"],
  [
    `(?:visit|visits|visited|visiting|came to|come to|browsed|browse)(?: ${DET})?(?: (?:web ?)?(?:sites?|shops?|stores?|pages?))?|(?:view|views|viewed|viewing|saw|see)(?: ${DET})? pages?`,
    "Page Viewed",
  ],
];

const NOUNS: readonly [source: string, ...names: string[]][] = [
  ["orders?|purchases?", "Order Completed"],
  ["product views?", "Product Viewed"],
  ["page ?views?|visits?", "Page Viewed"],
  ["e-mail opens?|opened e-mails?", "Email Opened"],
  ["e-mail clicks?", "Email Link Clicked", "Email Clicked"],
  ["(?:support )?tickets?", "Ticket Created", "Support Ticket Created"],
  ["refunds?|returns?", "Order Refunded"],
  ["app opens?", "Application Opened"],
];

const compiled = (list: typeof SAID) => list.map(([source, ...names]) => ({ pattern: words(source), names }));
export const VERBS = compiled(SAID);
export const EVENT_NOUNS = compiled(NOUNS);

import { createHash } from "node:crypto";
import { carriesConsent } from "@/domain/consent";
import { eventNameOf, ORDER_EVENT, REFUND_EVENTS, valueOf, type InboxMessage } from "@/domain/events/model";
import type { ChangedFacts } from "@/domain/profiles/model";
import type {
  AccountFact,
  Change,
  DeviceRow,
  EventRow,
  Incoming,
  LedgerRow,
  LinkRow,
  NewIdentifier,
  NoteRow,
  SeenRow,
  StatRow,
} from "./batch-rows";
import type { CompiledRules } from "./compile-rules";
import { accountTraitsOf, CALL_NAMES, deviceOf, fillTraitsOf, isActive, seenKeys, sessionOf, setTraitsOf } from "./facts";
import type { Loaded } from "./load-people";
import { UNRESOLVED, type IdentifierStatus, type NoteCode } from "./model";
import { addCounters, countSeen, toUnits, type LoadedTraits, type Person, type Units } from "./person";
import { cut } from "./normalise";
import { resolve, type Edge, type Resolution } from "./resolve";
import { keyOf, type KnownIdentifier } from "./state";
import { layTraits } from "./traits";

const DAY = 86_400_000;

/** More different events of one person in a batch are not told apart. */
const NAMED_EVENTS = 50;

/** Notes about the person that the message ended with; the others are about an identifier or a type. */
const ABOUT_PERSON: ReadonlySet<NoteCode> = new Set([
  "limit",
  "collapse_profile",
  "merge_refused",
  "never_merge",
  "too_many_identifiers",
  "unreviewed_type",
  "alias_refused",
]);

const hash = (text: string): string => createHash("sha256").update(text).digest("base64url").slice(0, 22);
/** When it happened as ISO text with milliseconds; collection writes it so. */
const timeText = ({ at, message: { timestamp } }: Incoming): string =>
  timestamp.length === 24 && timestamp.endsWith("Z") && timestamp[10] === "T" ? timestamp : new Date(at).toISOString();
/** Text that fits a unique index, whatever it is made of. */
const short = (text: string): string => (text.length > 200 ? `#${hash(text)}` : text);

/**
 * Applies messages one by one to what is in memory, and gathers what has to be written. Nothing here depends on where
 * batches begin and end: the same messages in the same order give the same rows.
 */
export class Batch {
  readonly events: EventRow[] = [];
  readonly newIdentifiers: NewIdentifier[] = [];
  readonly changedIdentifiers = new Set<KnownIdentifier>();
  readonly ledger: LedgerRow[] = [];
  /** Canonical ids that lost their place, in order. */
  readonly merged: Person[] = [];
  readonly newFragments: { id: number; at: number }[] = [];
  readonly notes = new Map<string, NoteRow>();
  readonly conflicts = new Map<string, { type: string; value: string; otherType: string; otherValue: string; at: number }>();
  readonly stats = new Map<string, StatRow>();
  readonly devices = new Map<string, DeviceRow>();
  /** By kind and scope, then by key. */
  readonly seen = new Map<string, Map<string, SeenRow>>();
  readonly daily = new Map<string, { day: number; sourceId: string; type: string; n: number; sum: Units }>();
  readonly blocked = new Map<string, { type: string; value: string; day: number; n: number }>();
  readonly accounts = new Map<string, AccountFact>();
  readonly links = new Map<string, LinkRow>();
  readonly traitsChanged = new Set<number>();
  /** Messages that say something about consent. */
  readonly consents: { fragment: number; row: Incoming }[] = [];
  /** What changed of people, for who keeps something about them up to date. */
  readonly changes = new Map<Person, Change>();
  /** People whose row has to be written. */
  readonly touched = new Set<Person>();

  constructor(
    private readonly loaded: Loaded,
    private readonly rules: CompiledRules,
    private nextId: number,
    /** How many messages were applied before this batch: gives merges ids that sort in their order. */
    private position: number,
    /** Identity alone (dry run): no events, traits, counts. */
    private readonly identityOnly: boolean,
    /** Number of the batch; people that it makes are marked as used by it. */
    private readonly number = 0,
  ) {}

  get nextProfileId(): number {
    return this.nextId;
  }

  /** The person that a fragment is read through, after this batch. */
  readonly canonicalOf = (fragment: number): number => this.loaded.state.person(fragment).id;

  apply(row: Incoming): void {
    this.position += 1;
    const resolution = resolve(row.identity, this.loaded.state, this.rules, row.at);
    const fragment = this.applyIdentity(resolution, row);
    const person = resolution.unresolved ? null : this.loaded.state.person(fragment).id;
    for (const note of resolution.notes) this.note(ABOUT_PERSON.has(note.code) ? { ...note, profileId: person } : note, row);
    for (const { type, value } of row.identity.blocked) this.block(type, value, row);
    if (this.identityOnly) return;
    this.applyFacts(fragment, row);
  }

  /** After the commit: what is in memory is what the database holds. */
  settle(): void {
    for (const person of this.touched) {
      person.isNew = false;
      person.counted = false;
      person.reshaped = false;
    }
    for (const fragment of this.traitsChanged) {
      const held = this.loaded.traits.get(fragment);
      if (held) held.dirty = held.isNew = false;
    }
  }

  /** A message that cannot be used keeps its place, and an erased one its profile ids: both are the same in every replay. */
  skip(profileIds = 0): void {
    this.position += 1;
    this.nextId += profileIds;
  }

  private applyIdentity(resolution: Resolution, row: Incoming): number {
    if (resolution.unresolved) return UNRESOLVED;
    const { state } = this.loaded;
    resolution.edges.forEach((edge, index) => this.merge(edge, index, row));
    const fragment = resolution.fragment ?? this.newFragment(row);
    const person = state.person(fragment);
    if (resolution.detach) this.detach(resolution.detach, fragment, row);
    for (const identifier of resolution.reattach) this.detach(identifier, fragment, row);
    const day = Math.floor(row.at / DAY) * DAY;
    for (const known of resolution.confirm) {
      const first = Math.min(known.firstSeen, row.at);
      const last = Math.max(known.lastSeen, day);
      if (first === known.firstSeen && last === known.lastSeen) continue;
      known.firstSeen = first;
      known.lastSeen = last;
      this.changedIdentifiers.add(known);
    }
    for (const { type, value, raw, status } of resolution.attach) {
      const known: KnownIdentifier = { type, value, status, fragment, firstSeen: row.at, lastSeen: day };
      person.identifiers.push(known);
      state.identifiers.set(keyOf(type, value), known);
      this.newIdentifiers.push({ known, raw, row });
      person.reshaped = true;
      this.changed(person, row, "identifiers");
    }
    for (const { identifier, status } of resolution.mark) this.mark(identifier, status, row);
    for (const { identifier, other } of resolution.conflicts) this.conflict(identifier, other, row);
    this.touched.add(person);
    return fragment;
  }

  private newFragment(row: Incoming): number {
    const id = this.nextId++;
    const person: Person = {
      id,
      fragments: [id],
      identifiers: [],
      createdAt: row.receivedAt,
      firstSeen: row.at,
      lastSeen: row.at,
      seenActive: false,
      eventCount: 0,
      orderCount: 0,
      revenue: 0n,
      searchText: null,
      isNew: true,
      counted: true,
      reshaped: true,
      used: this.number,
    };
    this.loaded.state.put(person);
    this.changes.set(person, { eventId: row.id, facts: null });
    this.newFragments.push({ id, at: row.receivedAt });
    return id;
  }

  private merge(edge: Edge, index: number, row: Incoming): void {
    const { state } = this.loaded;
    const survivor = state.people.get(edge.survivorId);
    const loser = state.people.get(edge.loserId);
    if (!survivor || !loser) throw new Error("a merge names people that are not loaded");
    const id = `mrg_${String(this.position).padStart(12, "0")}a${index}`;
    this.ledger.push({ ...edge, id, row, cause: row.message.type === "alias" ? "alias" : "event", rulesVersion: this.rules.version });
    addCounters(survivor, loser);
    state.join(survivor, loser);
    this.merged.push(loser);
    this.changes.delete(loser);
    this.changes.set(survivor, { eventId: row.id, facts: null });
    this.touched.delete(loser);
    this.touched.add(survivor);
  }

  /** Notes that a fact of a person changed. */
  private changed(person: Person, row: Incoming, fact: "identifiers" | "devices" | "accounts"): void {
    const facts = this.change(person, row);
    if (facts) facts[fact] = row.id;
  }

  private change(person: Person, row: Incoming): ChangedFacts | null {
    const found = this.changes.get(person);
    if (found) {
      found.eventId = row.id;
      return found.facts;
    }
    const facts: ChangedFacts = {};
    this.changes.set(person, { eventId: row.id, facts });
    return facts;
  }

  private changedEvent(person: Person, row: Incoming, name: string): void {
    const facts = this.change(person, row);
    if (!facts) return;
    facts.events ??= {};
    facts.events[name] = row.id;
    if (Object.keys(facts.events).length > NAMED_EVENTS) this.changes.set(person, { eventId: row.id, facts: null });
  }

  private detach(identifier: KnownIdentifier, fragment: number, row: Incoming): void {
    const { state } = this.loaded;
    const from = state.person(identifier.fragment);
    from.identifiers.splice(from.identifiers.indexOf(identifier), 1);
    from.reshaped = true;
    this.touched.add(from);
    this.changed(from, row, "identifiers");
    identifier.fragment = fragment;
    state.person(fragment).identifiers.push(identifier);
    this.changed(state.person(fragment), row, "identifiers");
    this.changedIdentifiers.add(identifier);
  }

  private mark(identifier: KnownIdentifier, status: IdentifierStatus, row: Incoming): void {
    identifier.status = status;
    const person = this.loaded.state.person(identifier.fragment);
    person.reshaped = true;
    this.touched.add(person);
    this.changed(person, row, "identifiers");
    this.changedIdentifiers.add(identifier);
  }

  private conflict(identifier: KnownIdentifier, other: { type: string; value: string }, row: Incoming): void {
    const key = keyOf(identifier.type, identifier.value);
    const otherKey = keyOf(other.type, other.value);
    const days = this.loaded.state.conflicts.get(key) ?? new Map<string, number>();
    this.loaded.state.conflicts.set(key, days.set(otherKey, Math.max(days.get(otherKey) ?? 0, Math.floor(row.at / DAY))));
    const found = this.conflicts.get(`${key}\0${otherKey}`);
    if (found) found.at = Math.max(found.at, row.at);
    else
      this.conflicts.set(`${key}\0${otherKey}`, {
        type: identifier.type,
        value: identifier.value,
        otherType: other.type,
        otherValue: other.value,
        at: row.at,
      });
  }

  private note(note: Resolution["notes"][number], row: Incoming): void {
    const value = note.value === null ? null : cut(note.value, 200);
    const key = short([note.code, note.type ?? "", note.value ?? "", note.profileId ?? "", note.otherProfileId ?? ""].join("|"));
    const found = this.notes.get(key);
    if (found) {
      found.n += 1;
      found.lastAt = Math.max(found.lastAt, row.at);
      return;
    }
    this.notes.set(key, { ...note, value, detail: note.detail ?? null, key, row, n: 1, lastAt: row.at });
  }

  private block(type: string, value: string, row: Incoming): void {
    const day = Math.floor(row.receivedAt / DAY) * DAY;
    const key = `${type}\0${value}\0${day}`;
    const found = this.blocked.get(key);
    if (found) found.n += 1;
    else this.blocked.set(key, { type, value, day, n: 1 });
  }

  private applyFacts(fragment: number, row: Incoming): void {
    const { message } = row;
    const type = eventNameOf(message);
    const money = message.type === "track" ? valueOf(message.properties) : null;
    // Some shops send refunds with a minus: what is taken back counts the same either way.
    const value = money !== null && REFUND_EVENTS.includes(type) ? Math.abs(money) : money;
    const units = value === null ? 0n : toUnits(value);
    this.events.push({ profileId: fragment, type, row, value, session: sessionOf(message) });
    this.countDaily(type, units, row);
    this.see(message, type, row);
    if (fragment !== UNRESOLVED) {
      if (carriesConsent(message)) this.consents.push({ fragment, row });
      const person = this.loaded.state.person(fragment);
      countSeen(person, row.at, isActive(message));
      if (!CALL_NAMES.has(type)) person.eventCount += 1;
      if (type === ORDER_EVENT) {
        person.orderCount += 1;
        person.revenue += units;
      } else if (REFUND_EVENTS.includes(type)) {
        person.revenue -= units;
      }
      this.countStat(fragment, type, units, row.at);
      this.changedEvent(person, row, type);
      this.applyTraits(fragment, person, row);
      this.applyDevice(fragment, row);
    }
    this.applyAccounts(fragment, row);
  }

  private countStat(profileId: number, type: string, units: Units, at: number): void {
    const key = `${profileId}\0${type}`;
    const found = this.stats.get(key);
    if (found) {
      found.n += 1;
      found.sum += units;
      if (at < found.first) found.first = at;
      if (at > found.last) found.last = at;
    } else {
      this.stats.set(key, { profileId, type, n: 1, sum: units, first: at, last: at });
    }
  }

  private countDaily(type: string, units: Units, row: Incoming): void {
    const day = Math.floor(row.at / DAY) * DAY;
    const key = `${day}\0${row.sourceId}\0${type}`;
    const found = this.daily.get(key);
    if (found) {
      found.n += 1;
      found.sum += units;
    } else {
      this.daily.set(key, { day, sourceId: row.sourceId, type, n: 1, sum: units });
    }
  }

  private applyTraits(fragment: number, person: Person, row: Incoming): void {
    const set = setTraitsOf(row.message);
    const fill = fillTraitsOf(row.message);
    if (!set && !fill) return;
    let held = this.loaded.traits.get(fragment);
    if (!held) this.loaded.traits.set(fragment, (held = { traits: {}, meta: {}, isNew: true, dirty: false } as LoadedTraits));
    const meta = { at: timeText(row), sourceId: row.sourceId, messageId: row.message.messageId };
    const facts = this.change(person, row);
    const laid = (key: string, differs: boolean): void => {
      // Among several fragments' values an equal one that is newer may be chosen now.
      if (facts && (differs || person.fragments.length > 1)) (facts.traits ??= {})[key] = row.id;
    };
    let changed = set ? layTraits(held, set, meta, this.rules.rules, laid) : false;
    if (fill) changed = layTraits(held, fill, { ...meta, fill: true }, this.rules.rules, laid) || changed;
    if (!changed) return;
    held.dirty = true;
    this.traitsChanged.add(fragment);
    person.reshaped = true;
  }

  private applyDevice(profileId: number, row: Incoming): void {
    const device = deviceOf(row.message);
    if (!device) return;
    this.changed(this.loaded.state.person(profileId), row, "devices");
    const key = `${profileId}\0${device.key}`;
    const found = this.devices.get(key);
    if (!found) {
      this.devices.set(key, { profileId, ...device, first: row.at, last: row.at, n: 1, row });
      return;
    }
    found.n += 1;
    found.first = Math.min(found.first, row.at);
    found.last = Math.max(found.last, row.at);
    found.type = device.type ?? found.type;
    found.name = device.name ?? found.name;
    found.os = device.os ?? found.os;
    found.row = row;
  }

  private see(message: InboxMessage, type: string, row: Incoming): void {
    const values =
      message.type === "identify" ? message.traits : message.type === "alias" || message.type === "group" ? undefined : message.properties;
    if (!values) return;
    const kind = message.type === "identify" ? "trait" : "event";
    const scope = kind === "trait" ? "" : type;
    const within = `${kind}\0${scope}`;
    let keys = this.seen.get(within);
    if (!keys) this.seen.set(within, (keys = new Map()));
    const known = keys;
    seenKeys(values, (key, jsonType) => {
      let found = known.get(key);
      if (!found)
        known.set(key, (found = { kind, scope, key, types: {}, sources: new Set(), first: row.receivedAt, last: row.receivedAt, n: 0 }));
      found.n += 1;
      found.types[jsonType] = (found.types[jsonType] ?? 0) + 1;
      found.sources.add(row.sourceId);
      if (row.receivedAt < found.first) found.first = row.receivedAt;
      if (row.receivedAt > found.last) found.last = row.receivedAt;
    });
  }

  private applyAccounts(profileId: number, row: Incoming): void {
    const { message, identity } = row;
    if (identity.accounts.length === 0) return;
    const meta = { at: timeText(row), sourceId: row.sourceId, messageId: message.messageId };
    for (const id of identity.accounts) {
      let account = this.accounts.get(id);
      if (!account) this.accounts.set(id, (account = { id, layers: [], first: row.at, last: row.at }));
      account.first = Math.min(account.first, row.at);
      account.last = Math.max(account.last, row.at);
      if (message.type === "group" && message.groupId?.trim().normalize("NFC") === id)
        account.layers.push({ traits: accountTraitsOf(message), meta });
      if (profileId === UNRESOLVED) continue;
      this.changed(this.loaded.state.person(profileId), row, "accounts");
      const key = `${profileId}\0${id}`;
      const link = this.links.get(key);
      if (link) {
        link.first = Math.min(link.first, row.at);
        link.last = Math.max(link.last, row.at);
      } else {
        this.links.set(key, { profileId, accountId: id, first: row.at, last: row.at, row });
      }
    }
  }
}

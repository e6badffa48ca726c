import type { CompiledRules } from "./compile-rules";
import type { MessageIdentifier, MessageIdentity } from "./message-identifiers";
import { DEVICE_TYPES, KNOWN_TYPES, type IdentifierRef, type IdentifierStatus, type NoteCode } from "./model";
import { keyOf, pairOf, type IdentityState, type KnownIdentifier, type PersonIdentity } from "./state";

const DAY = 86_400_000;
const YEAR = 365 * DAY;

export interface Edge {
  /** Canonical ids before the merge. */
  survivorId: number;
  loserId: number;
  /** The fragments whose identifiers met. */
  survivorFragment: number;
  loserFragment: number;
  evidence: (IdentifierRef & { profileId: number })[];
}

export interface ResolutionNote {
  code: NoteCode;
  type: string | null;
  value: string | null;
  profileId: number | null;
  otherProfileId: number | null;
  detail?: Record<string, unknown>;
}

/** What one message does to identity. `fragment` null: a new fragment is made; `identifiers` empty and null: unresolved. */
export interface Resolution {
  fragment: number | null;
  unresolved: boolean;
  attach: (MessageIdentifier & { status: IdentifierStatus })[];
  /** Known identifiers that the message confirms: their last sighting moves. */
  confirm: KnownIdentifier[];
  edges: Edge[];
  /** A shared identifier leaves its fragment for the new one. */
  detach: KnownIdentifier | null;
  /** Known identifiers that become shared or quarantined. */
  mark: { identifier: KnownIdentifier; status: IdentifierStatus }[];
  /** Signed-out identifiers that leave their fragment for the message's. */
  reattach: KnownIdentifier[];
  conflicts: { identifier: KnownIdentifier; other: IdentifierRef }[];
  notes: ResolutionNote[];
}

interface Candidate {
  id: MessageIdentifier;
  known: KnownIdentifier | undefined;
  /** Held by somebody who signed out: for this message as if it were new. */
  released?: KnownIdentifier;
}

/** Lowest priority number over all identifiers of a person. */
function rankOf(person: PersonIdentity, rules: CompiledRules): number {
  let best = Infinity;
  for (const { type, status } of person.identifiers) if (status === "active") best = Math.min(best, rules.of(type).priority);
  return best;
}

/** How many values of a type a person holds within `window` around `at`. */
function countOf(person: PersonIdentity, type: string, at: number, window: number): number {
  let n = 0;
  for (const held of person.identifiers) if (held.type === type && Math.abs(held.firstSeen - at) < window) n += 1;
  return n;
}

/**
 * Flat matching with limits and merge protection: whose message is it, what does it attach, whom does it join?
 * Reads the state, changes nothing; `at` is the event time in milliseconds.
 */
export function resolve(message: MessageIdentity, state: IdentityState, rules: CompiledRules, at: number): Resolution {
  const out: Resolution = {
    fragment: null,
    unresolved: false,
    attach: [],
    confirm: [],
    edges: [],
    detach: null,
    mark: [],
    reattach: [],
    conflicts: [],
    notes: message.notes.map((note) => ({ ...note, profileId: null, otherProfileId: null })),
  };
  const all = candidates(message, state, rules);
  if (all.length === 0) {
    out.unresolved = true;
    out.notes.push({ code: "unresolved", type: message.blocked[0]?.type ?? null, value: null, profileId: null, otherProfileId: null });
    return out;
  }
  if (all.some(({ known }) => known?.status === "signed_out")) release(all, state);
  const usable = all.filter(({ known }) => known?.status !== "shared" && known?.status !== "quarantined");
  if (usable.length === 0) {
    onlyShared(all, state, out);
    return out;
  }
  const joining = usable.filter(({ id }) => id.merges);
  const passive = usable.filter(({ id }) => !id.merges);
  const kept = joining.length > 0 ? settle(joining, state, rules, at, out) : [passive.find(({ known }) => known) ?? passive[0]!];
  const holder = kept.find(({ known }) => known !== undefined)?.known;
  out.fragment = holder?.fragment ?? null;
  const person = holder && state.person(holder.fragment);
  join(kept, state, rules, out);
  for (const candidate of kept) {
    if (candidate.known) confirm(candidate.known, out);
    else take(candidate, out);
  }
  for (const candidate of passive) if (!kept.includes(candidate)) addPassive(candidate, person, state, rules, at, out);
  if (person) refuseOverflow(person, rules, out);
  if (message.signsOut) signOut(usable, person, out);
  setAside(usable, kept, state, rules, at, out);
  if (message.previous !== undefined) {
    const previous = usable.find(({ id }) => id.value === message.previous);
    if (previous && !kept.includes(previous))
      out.notes.push({
        code: "alias_refused",
        type: previous.id.type,
        value: previous.id.value,
        profileId: person?.id ?? null,
        otherProfileId: previous.known ? state.person(previous.known.fragment).id : null,
      });
  }
  return out;
}

/** Identifiers of the message with what is known of each; an alias call's previousId finds its type here. */
function candidates(message: MessageIdentity, state: IdentityState, rules: CompiledRules): Candidate[] {
  const all = message.identifiers.map((id) => ({ id, known: state.find(id.type, id.value) }));
  if (message.previous === undefined) return all;
  const value = message.previous;
  const types = ["user_id", "anonymous_id", ...rules.rules.identifiers.map((rule) => rule.type)];
  const type = types.find((candidate) => state.find(candidate, value) !== undefined) ?? "anonymous_id";
  if (all.some(({ id }) => id.type === type && id.value === value)) return all;
  const rule = rules.of(type);
  const id = { type, value, raw: value, priority: rule.priority, merges: rule.merges, noMerge: false };
  all.push({ id, known: state.find(type, value) });
  // After identifiers of the same type that the message names itself: it is the one to be set aside.
  return all.sort((a, b) => a.id.priority - b.id.priority);
}

/** Only shared or quarantined identifiers: the event stays on an anonymous profile of its own. */
function onlyShared(all: Candidate[], state: IdentityState, out: Resolution): void {
  const known = all[0]?.known;
  if (!known) return;
  const alone = state.person(known.fragment).identifiers.every(({ status }) => status === "shared" || status === "quarantined");
  out.confirm.push(known);
  if (alone) out.fragment = known.fragment;
  else out.detach = known;
}

/** Sets identifiers aside until the rest fits one person within limits and merge protection. */
function settle(joining: Candidate[], state: IdentityState, rules: CompiledRules, at: number, out: Resolution): Candidate[] {
  let kept = joining;
  for (;;) {
    const people = peopleOf(kept, state);
    const over = overLimit(kept, people, rules, at);
    if (over && kept.length > 1) {
      const last = kept.at(-1) as Candidate;
      out.notes.push({
        code: over.collapse ? "collapse_profile" : "limit",
        type: last.id.type,
        value: last.id.value,
        profileId: people[0]?.id ?? null,
        otherProfileId: last.known ? state.person(last.known.fragment).id : null,
        detail: { exceeded: over.type, limit: over.limit },
      });
      kept = kept.slice(0, -1);
      continue;
    }
    const refused = people.length > 1 ? refusedPerson(people, state, rules) : undefined;
    if (!refused) return kept;
    const dropped = kept.filter(({ known }) => known && state.person(known.fragment) === refused.person);
    const first = dropped[0] as Candidate;
    out.notes.push({
      code: refused.code,
      type: first.id.type,
      value: first.id.value,
      profileId: people[0]?.id ?? null,
      otherProfileId: refused.person.id,
    });
    kept = kept.filter((candidate) => !dropped.includes(candidate));
  }
}

/** The people that hold any of the identifiers, in the identifiers' order. */
function peopleOf(kept: Candidate[], state: IdentityState): PersonIdentity[] {
  const out: PersonIdentity[] = [];
  for (const { known } of kept) {
    if (!known) continue;
    const person = state.person(known.fragment);
    if (!out.includes(person)) out.push(person);
  }
  return out;
}

/**
 * The first type whose limit the would-be person exceeds. A person that already holds more than a (stricter) rule
 * allows is left alone as long as the message does not add to that type.
 */
function overLimit(
  kept: Candidate[],
  people: PersonIdentity[],
  rules: CompiledRules,
  at: number,
): { type: string; limit: number; collapse: boolean } | undefined {
  const added = new Map<string, number>();
  for (const { id, known } of kept) if (!known) added.set(id.type, (added.get(id.type) ?? 0) + 1);
  const types = new Set(added.keys());
  if (people.length > 1) for (const person of people) for (const { type } of person.identifiers) types.add(type);
  // In order of priority, so that the outcome does not depend on the order in which identifiers were loaded.
  for (const type of [...types].sort((a, b) => rules.of(a).priority - rules.of(b).priority || (a < b ? -1 : 1))) {
    const rule = rules.of(type);
    for (const { limit, window, collapse } of [
      { limit: rule.limit, window: rule.window, collapse: false },
      { limit: rules.rules.collapsePerType, window: YEAR, collapse: true },
    ]) {
      let total = added.get(type) ?? 0;
      let largest = 0;
      for (const person of people) {
        const n = countOf(person, type, at, window);
        total += n;
        largest = Math.max(largest, n);
      }
      if (total > limit && total > largest) return { type, limit, collapse };
    }
  }
  return undefined;
}

/** The last person that may not join the first: taken apart by hand, or one of both is under merge protection. */
function refusedPerson(
  people: PersonIdentity[],
  state: IdentityState,
  rules: CompiledRules,
): { person: PersonIdentity; code: NoteCode } | undefined {
  const { maxMerges, maxIdentifiers } = rules.rules;
  for (let i = people.length - 1; i > 0; i--) {
    const person = people[i] as PersonIdentity;
    for (const other of people) {
      if (other !== person && state.neverMerge.size > 0 && apart(person, other, state)) return { person, code: "never_merge" };
    }
  }
  const fragments = people.reduce((sum, person) => sum + person.fragments.length, 0);
  const held = people.reduce((sum, person) => sum + person.identifiers.length, 0);
  if (fragments - 1 <= maxMerges && held <= maxIdentifiers) return undefined;
  return { person: people.at(-1) as PersonIdentity, code: "merge_refused" };
}

function apart(a: PersonIdentity, b: PersonIdentity, state: IdentityState): boolean {
  for (const left of a.fragments) for (const right of b.fragments) if (state.neverMerge.has(pairOf(left, right))) return true;
  return false;
}

/** Merge edges: from the fragment of the highest-priority identifier to each other person's. */
function join(kept: Candidate[], state: IdentityState, rules: CompiledRules, out: Resolution): void {
  const first = kept.find(({ known }) => known);
  if (!first?.known) return;
  let current: PersonIdentity = state.person(first.known.fragment);
  let rank = rankOf(current, rules);
  const done = new Set([current]);
  for (const { id, known } of kept) {
    if (!known) continue;
    const other = state.person(known.fragment);
    if (done.has(other)) continue;
    done.add(other);
    const otherRank = rankOf(other, rules);
    const wins = rank < otherRank || (rank === otherRank && current.id < other.id);
    const evidence = [
      { type: first.id.type, value: first.id.value, profileId: first.known.fragment },
      { type: id.type, value: id.value, profileId: known.fragment },
    ];
    out.edges.push(
      wins
        ? { survivorId: current.id, loserId: other.id, survivorFragment: first.known.fragment, loserFragment: known.fragment, evidence }
        : { survivorId: other.id, loserId: current.id, survivorFragment: known.fragment, loserFragment: first.known.fragment, evidence },
    );
    if (!wins) current = other;
    rank = Math.min(rank, otherRank);
  }
}

/** An identifier that joins nobody: attached where it is new and fits, otherwise left where it is. */
function addPassive(
  { id, known, released }: Candidate,
  person: PersonIdentity | undefined,
  state: IdentityState,
  rules: CompiledRules,
  at: number,
  out: Resolution,
): void {
  if (known) {
    const holder = state.person(known.fragment);
    if (holder === person) confirm(known, out);
    else if (!rules.of(id.type).reviewed)
      out.notes.push({ code: "unreviewed_type", type: id.type, value: id.value, profileId: person?.id ?? null, otherProfileId: holder.id });
    return;
  }
  const { limit, window } = rules.of(id.type);
  const held = (person ? countOf(person, id.type, at, window) : 0) + out.attach.filter(({ type }) => type === id.type).length;
  if (held >= limit) {
    out.notes.push({
      code: "limit",
      type: id.type,
      value: id.value,
      profileId: person?.id ?? null,
      otherProfileId: null,
      detail: { exceeded: id.type, limit },
    });
    return;
  }
  take({ id, known, ...(released ? { released } : {}) }, out);
}

function confirm(known: KnownIdentifier, out: Resolution): void {
  out.confirm.push(known);
  if (known.status === "signed_out") out.mark.push({ identifier: known, status: "active" });
}

function take({ id, released }: Candidate, out: Resolution): void {
  if (released) {
    out.reattach.push(released);
    out.mark.push({ identifier: released, status: "active" });
  } else {
    out.attach.push({ ...id, status: id.noMerge ? "no_merge" : "active" });
  }
}

/**
 * Identifiers of people who signed out with them: the message's own when it names the same person again, otherwise as
 * if they were new.
 */
function release(all: Candidate[], state: IdentityState): void {
  const named = new Set(all.flatMap(({ known }) => (known && known.status !== "signed_out" ? [state.person(known.fragment)] : [])));
  for (const candidate of all) {
    const { known } = candidate;
    if (known?.status !== "signed_out" || named.has(state.person(known.fragment))) continue;
    candidate.released = known;
    candidate.known = undefined;
  }
}

/** Ends the attachment of the message's browser and device ids to a person that is known by more than these. */
function signOut(usable: Candidate[], person: PersonIdentity | undefined, out: Resolution): void {
  const isKnown = (list: readonly { type: string }[]): boolean => list.some(({ type }) => KNOWN_TYPES.includes(type));
  if (!isKnown(out.attach) && !(person && isKnown(person.identifiers))) return;
  for (const one of out.attach) if (DEVICE_TYPES.includes(one.type)) one.status = "signed_out";
  const held = [...out.confirm, ...out.reattach];
  for (const { known, released } of usable) {
    const identifier = known ?? released;
    if (identifier && held.includes(identifier) && DEVICE_TYPES.includes(identifier.type)) {
      out.mark = out.mark.filter((mark) => mark.identifier !== identifier);
      out.mark.push({ identifier, status: "signed_out" });
    }
  }
}

/** A person that holds as many identifiers as allowed takes no more; its events still find it. */
function refuseOverflow(person: PersonIdentity, rules: CompiledRules, out: Resolution): void {
  const room = rules.rules.maxIdentifiers - person.identifiers.length;
  if (out.attach.length <= room) return;
  for (const { type, value } of out.attach.splice(Math.max(0, room)))
    out.notes.push({ code: "too_many_identifiers", type, value, profileId: person.id, otherProfileId: null });
}

/** Remembers known identifiers that named somebody else, and marks those that name too many. */
function setAside(usable: Candidate[], kept: Candidate[], state: IdentityState, rules: CompiledRules, at: number, out: Resolution): void {
  const winner = kept[0]?.id;
  if (!winner || usable.length === kept.length) return;
  const mine = new Set(peopleOf(kept, state));
  const day = Math.floor(at / DAY);
  for (const { id, known } of usable) {
    if (!known || !id.merges || kept.some((candidate) => candidate.id === id)) continue;
    const holder = state.person(known.fragment);
    if (mine.has(holder)) {
      out.confirm.push(known);
      continue;
    }
    out.conflicts.push({ identifier: known, other: { type: winner.type, value: winner.value } });
    const others = new Map(state.conflicts.get(keyOf(id.type, id.value)));
    others.set(keyOf(winner.type, winner.value), day);
    let users = holder.identifiers.some(({ type }) => type === "user_id") ? 1 : 0;
    let today = 0;
    for (const [other, seen] of others) {
      if (other.startsWith("user_id\0")) users += 1;
      if (seen === day) today += 1;
    }
    const shared = DEVICE_TYPES.includes(id.type) && users >= rules.rules.sharedDeviceThreshold;
    if (!shared && today <= rules.rules.collapsePerDay) continue;
    out.mark.push({ identifier: known, status: shared ? "shared" : "quarantined" });
    out.notes.push({
      code: shared ? "shared_device" : "collapse_value",
      type: id.type,
      value: id.value,
      profileId: holder.id,
      otherProfileId: null,
      detail: shared ? { users } : { people: today },
    });
  }
}

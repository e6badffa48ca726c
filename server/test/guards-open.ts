/**
 * What the guard test (guards.test.ts) lets through, each with the reason. A name that no longer needs its entry
 * fails the test, so the lists stay true.
 */

/** Functions of a door that take a context and do not begin with requirePermission. `room.function`: why. */
export const PUBLIC_VERBS: Record<string, string> = {
  "access.can": "is the guard",
  "access.requirePermission": "is the guard",
  "access.findApiKey": "turns a key into an actor",
  "access.findSession": "turns a cookie into an actor",
  "access.needsFirstAdmin": "asked before anybody can sign in; answers yes or no",
  "access.ensureSetupToken": "jobs only, checked by the actor's kind",
  "access.setupTokenWorks": "asked before anybody can sign in; needs the token",
  "access.createFirstAdmin": "guarded by the one-time token or the machine",
  "access.checkPassword": "sign-in, throttled",
  "access.memberForVerifiedEmail": "sign-in by the configured provider",
  "access.openSession": "sign-in",
  "access.closeSession": "sign-out of the session given",
  "access.readLink": "one-time link; needs its token",
  "access.acceptInvite": "guarded by the one-time token",
  "access.resetWithLink": "guarded by the one-time token",
  "access.sweepThrottle": "house-keeping of counters",
  "consent.mayUse": "is the gate: it says no or yes to callers that checked their own permission",
  "consent.mayUseMany": "is the gate",
  "consent.allowedSet": "is the gate",
  "consent.requireUse": "is the gate, asked of policy alone",
  "governance.confirmRequest": "guarded by the one-time token of the person",
  "governance.openPackageByLink": "the person's own data; needs the token of their link",
  "governance.readSubjectLink": "one-time link of the person; needs its token",
  "consent.currentSettings": "purposes and policies for other rooms, which check their own permission",
  "preferences.openPreferences": "needs the signed link",
  "preferences.savePreferences": "needs the signed link",
  "preferences.unsubscribeOneClick": "needs the signed link",
  "imports.startDryRun": "passes on to a helper that begins with the guard",
  "imports.startImport": "passes on to a helper that begins with the guard",
  "profiles.openProfile": "calls getProfile first, which is guarded",
  "sources.readAllSources": "for aggregates of other rooms, which check their own permission",
};

/** Functions of a door that take a database handle: for processes and other rooms, never for a surface. */
export const PROCESS_ONLY: Record<string, string> = {
  "access.companySettings": "other rooms: time zone and currency of reports",
  "access.rateTable": "other rooms: amounts in the company's currency",
  "consent.blockGate": "rebuild",
  "consent.forgetStatements": "removal of demo data",
  "consent.noteConsentChanges": "processing, and whoever removes people",
  "consent.writeStatements": "processing",
  "campaigns.channelRules": "the derivation of touchpoints and reports",
  "campaigns.followTouches": "the worker's loop",
  "events.ensureInboxPartitions": "maintenance",
  "events.ensureEventPartitions": "processing",
  "events.storeMessages": "collection, imports and demo data",
  "identity.clearProcessingFailure": "processing",
  "governance.repeatErasures": "the operator's restore",
  "governance.runErasures": "the worker's job",
  "identity.dropUnusedEventTypes": "erasure",
  "identity.fragmentsWith": "erasure",
  "identity.lockIdentity": "erasure: the one lock of all identity changes",
  "identity.messagesOf": "erasure",
  "identity.recomputePeople": "erasure",
  "identity.takeBackCounts": "erasure",
  "identity.noteProcessingFailure": "processing",
  "identity.processingFailure": "health and the overview, which checks its own permission",
  "identity.previewRules": "the worker's dry run over history",
  "identity.processAll": "processing",
  "identity.processNext": "processing",
  "identity.readCursor": "processing",
  "identity.rebuild": "the operator's command",
  "identity.resetDerived": "rebuild",
  "identity.rulesAt": "processing",
  "imports.isSettled": "the operator's command waits for it",
  "imports.pruneImports": "maintenance",
  "imports.removeFilesNaming": "erasure",
  "imports.runImportJob": "the worker",
  "profiles.fragmentsOf": "other rooms",
  "profiles.personOf": "other rooms",
  "sources.findSourceByKey": "collection: turns a write key into its source",
  "segments.askDueTraits": "the worker's upkeep of computed traits",
  "segments.checkSample": "the worker's upkeep of computed traits",
  "segments.refreshStaleStats": "the worker's upkeep of computed traits",
  "segments.sweepValues": "the worker's upkeep of computed traits",
  "segments.computeTrait": "the worker's job",
  "segments.noteTraitFailure": "the worker's job",
  "segments.computeSegment": "the worker's job",
  "segments.forgetFragmentEvents": "erasure",
  "segments.forgetEventsBefore": "retention",
  "segments.lockMembership": "erasure: the lock of all changes of membership",
  "segments.noteFailure": "the worker's job",
  "segments.pruneChanges": "the worker's live loop",
  "segments.stepSegments": "the worker's live loop",
  "segments.checkNextSegment": "the worker's background check",
  "segments.refreshSqlLists": "the worker's schedule of SQL conditions",
  "segments.differingSegments": "health",
};

/** Server actions for people who are not signed in. */
export const PUBLIC_ACTIONS: readonly string[] = [
  "app/(auth)/invite/[token]/actions.ts acceptInviteAction",
  "app/(auth)/reset/[token]/actions.ts resetWithLinkAction",
  "app/(auth)/setup/actions.ts createFirstAdminAction",
  "app/(privacy)/privacy/verify/[token]/actions.ts confirmRequestAction",
  "app/preferences/[token]/actions.ts savePreferencesAction",
  "app/(dashboard)/actions.ts signOutAction",
];

/** Route files whose handlers no wrapper makes. */
export const PUBLIC_ROUTES: Record<string, string> = {
  "app/unsubscribe/[token]/route.ts": "one-click unsubscribe of mail programs; needs the signed link",
  "app/api/auth/[...nextauth]/route.ts": "next-auth's own protocol: CSRF token, sign-in, single sign-on",
  "app/api/privacy/[token]/route.ts": "the person's own data; needs the token of their link",
};

/** Pages that anybody may open. */
export const PUBLIC_PAGES: Record<string, string> = {
  "app/(auth)/invite/[token]/page.tsx": "invitation; needs the token",
  "app/(auth)/reset/[token]/page.tsx": "password reset; needs the token",
  "app/(auth)/setup/page.tsx": "first admin; needs the token",
  "app/(auth)/sign-in/page.tsx": "sign-in",
  "app/(privacy)/privacy/download/[token]/page.tsx": "the person's own data; needs the token of their link",
  "app/(privacy)/privacy/verify/[token]/page.tsx": "the person confirms a request; needs the token",
  "app/preferences/[token]/page.tsx": "the preference centre; needs the signed link",
};

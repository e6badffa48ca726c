export { deleteCap, listCaps, saveCap } from "./caps";
export { journeyChoices } from "./choices";
export { feedJourneys, type FeedStep } from "./feed-journeys";
export * from "./model";
export { personJourneys } from "./person-journeys";
export { previewPublish, publishedVersion } from "./publish-preview";
export { getJourney, journeyNumbers, journeyPeople, listJourneys, runTrace } from "./reads";
export * from "./schemas";
export { type Candidate, consentQuestion, decideMessages, outcomeOf, wakeDecided } from "./plan-messages";
export { latestRehearsal, noteRehearsalFailure, REHEARSAL_JOB, runRehearsal, startRehearsal, stopRehearsal } from "./rehearsal";
export { walkThrough } from "./walk-through";
export { createFromTemplate } from "./create-from-template";
export { planStarts } from "./plan-starts";
export { enterByCall, pruneCalls, startRun } from "./start-run";
export { sendFacts, type ProductFact } from "./send-facts";
export {
  archiveJourney,
  createJourney,
  duplicateJourney,
  pauseJourney,
  publishJourney,
  renameJourney,
  resumeJourney,
  saveDraft,
} from "./verbs";
export { wakeRuns } from "./wake-runs";

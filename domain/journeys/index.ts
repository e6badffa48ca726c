export { feedJourneys, type FeedStep } from "./feed-journeys";
export * from "./model";
export { getJourney, journeyNumbers, journeyPeople, listJourneys, runTrace } from "./reads";
export {
  archiveJourney,
  createJourney,
  duplicateJourney,
  pauseJourney,
  publishJourney,
  renameJourney,
  resumeJourney,
  saveDraft,
  startRun,
} from "./verbs";
export { wakeRuns } from "./wake-runs";

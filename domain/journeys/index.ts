export { feedJourneys, type FeedStep } from "./feed-journeys";
export * from "./model";
export { wakeRuns } from "./wake-runs";

export * from "./model";
export { demoExperiments, generateDemo, type DemoPart } from "./generate";
export { demoCampaignCostsCsv, demoCampaigns, type DemoCampaignRecord, type DemoCost } from "./demo-campaigns";
export { loadDemoData } from "./load-demo-data";
export { continueDemoLoad, tellParts, type LoadOptions, type StoryPlace, type ToldPart } from "./continue-demo-load";
export { finishDemoRemoval, removeDemoData } from "./remove-demo-data";
export { LOAD_JOB, readDemoStatus, REMOVE_JOB } from "./status";
export { createDemoSignIns, type DemoSignIn } from "./create-demo-sign-ins";

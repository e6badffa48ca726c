export type {
  ChangeSegmentInput,
  Coverage,
  CreateSegmentInput,
  Estimate,
  EstimateInput,
  ListDetail,
  ListSummary,
  ListUpload,
  NodeCount,
  Overlap,
  Page,
  SampleInput,
  SampleMember,
  SegmentDetail,
  SegmentFile,
  SegmentFileDraft,
  SegmentMember,
  SegmentPerson,
  SegmentRef,
  SegmentSummary,
  SegmentVersion,
  SizePoint,
  TestedPerson,
  TestPersonInput,
  Transition,
  UpdateSegmentInput,
} from "./contracts";
export { listAccountTraits, listEventNames, listEventProperties, listTraits, suggestValues } from "./catalog";
export { checkSeen } from "./check-seen";
export { eventFilter } from "./event-filter";
export { loadConditions, type ConditionPeople } from "./load-conditions";
export { loadHistory, madeUpPeople, type MadeUpPerson } from "./load-history";
export type { SeenEvent, SeenKey, SeenWarning, SuggestedValues, TemplateNote, ValueKind } from "./catalog-model";
export { listTemplates } from "./list-templates";
export { estimateRule, sampleMembers, testPerson } from "./estimate";
export { segmentOverlap } from "./overlap";
export { exportSegment } from "./export-segment";
export { findSegment, getSegment, listSegments, segmentMembersPage, segmentSizes, segmentTransitionsPage, segmentZone } from "./reads";
export { changeSegment, createSegment, deleteSegment, duplicateSegment, recomputeSegment, saveSegment, updateSegment } from "./verbs";
export { computeSegment, noteFailure } from "./compute";
export { pruneChanges, stepSegments, type LiveStep } from "./live";
export { COMPUTE_JOB } from "./store-segment";
export { recomputeAll } from "./recompute-all";
export { personSegments } from "./person-segments";
export { draftSegment, sentenceModel } from "./draft-segment";
export type { Draft, UnderstoodPart } from "./draft-model";
export { diffRules, type RuleDifference } from "./diff-rules";
export { lockMembership } from "./membership";
export { changeList, createList, deleteList, snapshotSegment } from "./lists";
export { getList, listLists, listMembersPage } from "./list-reads";
export { uploadToList } from "./upload-list";
export { exportSegmentFile, readSegmentFile } from "./segment-file";
export type {
  ComputedTraitDetail,
  ComputedTraitSummary,
  ComputedTraitVersion,
  CreateTraitInput,
  PersonTraitLineage,
  TraitPreview,
  TraitRef,
  TraitStats,
  UpdateTraitInput,
} from "./computed/contracts";
export { changeTrait, createTrait, deleteTrait, pauseTrait, recomputeTrait, updateTrait } from "./computed/verbs";
export { getComputedTrait, listComputedTraits, personTraitLineage } from "./computed/reads";
export { previewComputedTrait } from "./computed/preview";
export { askDueTraits, computeTrait, noteTraitFailure, TRAIT_JOB } from "./computed/compute-trait";
export { checkSample, refreshStaleStats, sweepValues } from "./computed/upkeep";
export { SegmentEngine } from "./engine";
export { BlockEngine } from "./blocks/block-engine";
export { BlockKeeper } from "./blocks/keep-blocks";
export { forgetEventsBefore, forgetFragmentEvents } from "./blocks/forget-events";
export { refreshSqlLists } from "./sql-lists";
export { checkNextSegment, differingSegments, type MemberCheck } from "./check-members";
export { draftCoverage, segmentCoverage } from "./coverage";

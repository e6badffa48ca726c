export * from "./model";
export { forbiddenTraits, labelViolation, labelViolations, requireLabels, type LabelUse } from "./check";
export {
  createLabelPolicy,
  deleteLabelPolicy,
  labelsOf,
  previewLabelPolicy,
  readLabelPolicies,
  SEGMENT_FILE,
  setFieldLabels,
} from "./policies";

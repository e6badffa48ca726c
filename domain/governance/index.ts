export * from "./model";
export { approveRequest, cancelRequest, ERASE_JOB, extendRequest, rejectRequest, retryErasure } from "./decide-request";
export { createRequest } from "./create-request";
export { endStanding } from "./standing-requests";
export {
  confirmRequest,
  createDownloadLink,
  createVerifyLink,
  readSubjectLink,
  verifyByHand,
  type LinkInfo,
  type SubjectLink,
} from "./request-links";
export { getRequest, listRequests, previewErasure, type RequestList } from "./read-requests";
export { readRequestSettings, updateRequestSettings } from "./settings";
export { runErasures, type ErasureRun } from "./run-erasures";
export { repeatErasures, type Repeated } from "./repeat-erasures";
export { openPackage, openPackageByLink } from "./access-package";
export { cancelOpendsr, opendsrDiscovery, opendsrResults, opendsrStatus, receiveOpendsr } from "./opendsr";
export { createRegulation, getRegulation } from "./regulations";
export { confirmField, readDataMap } from "./data-map";
export { learnFields } from "./learn-fields";
export { enforceRetention, previewRetention, readRetention, setRetention } from "./retention";

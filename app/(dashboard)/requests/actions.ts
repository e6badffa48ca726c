"use server";

import { action } from "@/app/_server/action";
import {
  approveRequest,
  cancelRequest,
  createDownloadLink,
  createRequest,
  createVerifyLink,
  endStanding,
  extendRequest,
  rejectRequest,
  retryErasure,
  updateRequestSettings,
  verifyByHand,
} from "@/domain/governance";

export const createRequestAction = action("requests:write", createRequest);
export const verifyLinkAction = action("requests:write", createVerifyLink);
export const verifyByHandAction = action("requests:write", verifyByHand);
export const approveRequestAction = action("requests:write", approveRequest);
export const rejectRequestAction = action("requests:write", rejectRequest);
export const cancelRequestAction = action("requests:write", cancelRequest);
export const extendRequestAction = action("requests:write", extendRequest);
export const downloadLinkAction = action("requests:write", createDownloadLink);
export const endStandingAction = action("requests:write", endStanding);
export const retryErasureAction = action("people:erase", retryErasure);
export const updateRequestSettingsAction = action("people:erase", updateRequestSettings, { refresh: "/requests" });

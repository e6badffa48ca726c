"use server";

import { action } from "@/app/_server/action";
import { confirmField } from "@/domain/governance";
import { createLabelPolicy, deleteLabelPolicy, previewLabelPolicy, setFieldLabels } from "@/domain/labels";

export const confirmFieldAction = action("governance:write", confirmField);
export const setFieldLabelsAction = action("governance:write", setFieldLabels);
export const previewLabelPolicyAction = action("governance:write", previewLabelPolicy);
export const createLabelPolicyAction = action("governance:write", createLabelPolicy);
export const deleteLabelPolicyAction = action("governance:write", deleteLabelPolicy);

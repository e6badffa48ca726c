"use server";

import { action } from "@/app/_server/action";
import { confirmField } from "@/domain/governance";

export const confirmFieldAction = action("governance:write", confirmField);

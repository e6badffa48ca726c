import { clsx, type ClassValue } from "clsx";
import { extendTailwindMerge } from "tailwind-merge";

const merge = extendTailwindMerge({ extend: { classGroups: { "font-size": [{ text: ["2xs"] }] } } });

/** Joins class names; later Tailwind utilities win over earlier ones of the same kind. */
export const cn = (...inputs: ClassValue[]): string => merge(clsx(inputs));

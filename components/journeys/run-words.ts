/** States of a run as people read them. */
export const RUN_WORDS: Record<string, { text: string; look: "primary" | "success" | "warning" | "destructive" }> = {
  active: { text: "Inside", look: "primary" },
  completed: { text: "Completed", look: "success" },
  exited: { text: "Left", look: "warning" },
  failed: { text: "Failed", look: "destructive" },
};

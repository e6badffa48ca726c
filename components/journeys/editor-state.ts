import type { JourneyDefinition } from "@/domain/journeys/model";

/** The drawing as it stands and the ones before and after it. Pure. */
export interface EditorState {
  readonly drawing: JourneyDefinition;
  readonly past: readonly JourneyDefinition[];
  readonly future: readonly JourneyDefinition[];
  /** Edits of one field (typing) make one step of undo: the field that the last edit was of. */
  readonly field: string | null;
}

export type EditorAction =
  /** `field` names what was typed in: the same field again joins the last step of undo. */
  | { readonly type: "edit"; readonly change: (drawing: JourneyDefinition) => JourneyDefinition; readonly field?: string | undefined }
  /** Somebody else's drawing, or an older version; what was before can be brought back. */
  | { readonly type: "replace"; readonly drawing: JourneyDefinition }
  | { readonly type: "undo" }
  | { readonly type: "redo" };

const HISTORY = 200;

export const startState = (drawing: JourneyDefinition): EditorState => ({ drawing, past: [], future: [], field: null });

export function editorReducer(state: EditorState, action: EditorAction): EditorState {
  switch (action.type) {
    case "undo": {
      const before = state.past.at(-1);
      if (!before) return state;
      return { drawing: before, past: state.past.slice(0, -1), future: [state.drawing, ...state.future], field: null };
    }
    case "redo": {
      const [after, ...future] = state.future;
      if (!after) return state;
      return { drawing: after, past: [...state.past, state.drawing], future, field: null };
    }
    case "replace":
      return { drawing: action.drawing, past: [...state.past, state.drawing].slice(-HISTORY), future: [], field: null };
    case "edit": {
      const drawing = action.change(state.drawing);
      if (drawing === state.drawing) return state;
      const field = action.field ?? null;
      if (field !== null && field === state.field) return { ...state, drawing, future: [] };
      return { drawing, past: [...state.past, state.drawing].slice(-HISTORY), future: [], field };
    }
  }
}

"use client";

import {
  columnResizingFeature,
  columnSizingFeature,
  createColumnHelper,
  rowSelectionFeature,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp, ChevronsUpDown } from "lucide-react";
import { type KeyboardEvent, type MouseEvent, type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { Checkbox } from "@/components/ui/checkbox";
import { cn } from "@/components/ui/cn";
import { Skeleton } from "@/components/ui/skeleton";

export interface DataColumn<T> {
  key: string;
  header: string;
  cell: (row: T) => ReactNode;
  /** Pixels; the table scrolls sideways inside itself when the sum is too wide. */
  width?: number;
  align?: "start" | "end";
  /** Name of the sort that the server knows for this column; absent: not sortable. */
  sort?: string;
}

export type Density = "comfortable" | "compact";
export interface SortState {
  key: string;
  order: "asc" | "desc";
}

export interface DataTableProps<T> {
  /** What is listed, for screen readers. */
  label: string;
  columns: readonly DataColumn<T>[];
  rows: readonly T[];
  rowId: (row: T) => string;
  /** Called with the row when it is opened by click or Enter. */
  onOpen?: (row: T, newTab: boolean) => void;
  sort?: SortState;
  onSort?: (sort: SortState) => void;
  density?: Density;
  /** Selected row ids; give `onSelect` too for a column of checkboxes. */
  selected?: ReadonlySet<string>;
  onSelect?: (selected: ReadonlySet<string>) => void;
  /** Names a row for its checkbox. */
  rowName?: (row: T) => string;
  hasMore?: boolean;
  loading?: boolean;
  onMore?: () => void;
  /** Exact number of rows in all, where known. */
  total?: number;
  empty?: ReactNode;
  className?: string;
}

const features = tableFeatures({ columnSizingFeature, columnResizingFeature, rowSelectionFeature });
const ROW = { comfortable: 40, compact: 32 } as const;
const SELECT_WIDTH = 40;
/** Rows left below the view at which the next page is asked for. */
const AHEAD = 30;

/**
 * A table for any number of rows: the server sorts, filters and pages; only the rows in view are in the document.
 * Headers stay in sight, columns resize by drag or arrow keys, rows are walked with the arrow keys and opened by Enter.
 */
export function DataTable<T extends object>(props: DataTableProps<T>) {
  const {
    columns,
    rows,
    rowId,
    onOpen,
    sort,
    onSort,
    density = "comfortable",
    selected,
    onSelect,
    hasMore = false,
    loading = false,
  } = props;
  const scroll = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const defs = useMemo(() => {
    const helper = createColumnHelper<typeof features, T>();
    return columns.map((column) =>
      helper.display({
        id: column.key,
        size: column.width ?? 160,
        minSize: 64,
        maxSize: 800,
        header: column.header,
        cell: ({ row }) => column.cell(row.original),
      }),
    );
  }, [columns]);
  const data = useMemo(() => [...rows], [rows]);
  const rowSelection = useMemo(() => Object.fromEntries([...(selected ?? [])].map((id) => [id, true as const])), [selected]);
  const table = useTable({
    features,
    columns: defs,
    data,
    getRowId: rowId,
    columnResizeMode: "onChange",
    state: { rowSelection },
    enableRowSelection: onSelect !== undefined,
    onRowSelectionChange: (update) => {
      const next = typeof update === "function" ? update(rowSelection) : update;
      onSelect?.(new Set(Object.keys(next).filter((id) => next[id] === true)));
    },
  });
  const model = table.getRowModel().rows;
  const height = ROW[density];
  // The compiler leaves this component alone: the virtualizer changes by itself.
  // oxlint-disable-next-line react/incompatible-library -- rows come and go with the scroll: nothing to memoise
  const virtual = useVirtualizer({
    count: model.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => height,
    getItemKey: (index) => model[index]?.id ?? index,
    overscan: 12,
  });
  useEffect(() => virtual.measure(), [virtual, height]);
  const items = virtual.getVirtualItems();
  const lastIndex = items.at(-1)?.index ?? -1;
  const { onMore } = props;
  useEffect(() => {
    if (hasMore && !loading && lastIndex >= model.length - AHEAD) onMore?.();
  }, [hasMore, loading, lastIndex, model.length, onMore]);

  const columnOf = useMemo(() => new Map(columns.map((column) => [column.key, column])), [columns]);
  const above = items[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  const span = columns.length + (onSelect ? 1 : 0);
  const current = Math.min(active, Math.max(0, model.length - 1));
  // The row that Tab reaches is always in the document, also after scrolling it out of view.
  const reachable = items.some((item) => item.index === current) ? current : (items[0]?.index ?? 0);

  const focusRow = (index: number): void => {
    const to = Math.max(0, Math.min(model.length - 1, index));
    setActive(to);
    virtual.scrollToIndex(to, { align: "auto" });
    // The row may have to be mounted first.
    let tries = 0;
    const attempt = (): void => {
      const row = scroll.current?.querySelector<HTMLElement>(`tr[data-index="${to}"]`);
      if (row) row.focus({ preventScroll: true });
      else if (tries++ < 20) requestAnimationFrame(attempt);
    };
    requestAnimationFrame(attempt);
  };

  const onRowKey = (event: KeyboardEvent<HTMLTableRowElement>, index: number): void => {
    if (event.target !== event.currentTarget) return;
    const page = Math.max(1, Math.floor((scroll.current?.clientHeight ?? 400) / height) - 2);
    const row = model[index];
    const moves: Record<string, number> = {
      ArrowDown: index + 1,
      ArrowUp: index - 1,
      PageDown: index + page,
      PageUp: index - page,
      Home: 0,
      End: model.length - 1,
    };
    const to = moves[event.key];
    if (to !== undefined) focusRow(to);
    else if (event.key === "Enter" && row) onOpen?.(row.original, event.ctrlKey || event.metaKey);
    else if (event.key === " " && onSelect && row) row.toggleSelected();
    else return;
    event.preventDefault();
  };

  const onRowClick = (event: MouseEvent<HTMLTableRowElement>, index: number): void => {
    setActive(index);
    const row = model[index];
    // Links, boxes and buttons in the row act for themselves; a drag that selects text is no click.
    if (
      !row ||
      !onOpen ||
      (event.target as HTMLElement).closest("a,button,input,label,[role=checkbox]") ||
      window.getSelection()?.toString()
    )
      return;
    onOpen(row.original, event.ctrlKey || event.metaKey);
  };

  const width = table.getTotalSize() + (onSelect ? SELECT_WIDTH : 0);
  const all = model.length > 0 && model.every((row) => row.getIsSelected());
  const some = !all && model.some((row) => row.getIsSelected());

  return (
    <div
      ref={scroll}
      data-slot="data-table"
      className={cn("relative min-h-0 overflow-auto rounded-lg border bg-card [contain:strict]", props.className)}
      role="region"
      aria-label={props.label}
      aria-busy={loading}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled by keyboard
      tabIndex={0}
    >
      <table
        className="table-fixed border-separate border-spacing-0 text-sm"
        style={{ width: `max(100%, ${width}px)` }}
        aria-rowcount={props.total === undefined ? -1 : props.total + 1}
      >
        <caption className="sr-only">{props.label}</caption>
        <colgroup>
          {onSelect ? <col style={{ width: SELECT_WIDTH }} /> : null}
          {table.getFlatHeaders().map((header) => (
            <col key={header.id} style={{ width: header.getSize() }} />
          ))}
        </colgroup>
        <thead className="sticky top-0 z-10">
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id} aria-rowindex={1}>
              {onSelect ? (
                <th scope="col" className="h-9 border-b bg-muted px-3 text-left">
                  <Checkbox
                    aria-label="Select all loaded rows"
                    checked={all ? true : some ? "indeterminate" : false}
                    onCheckedChange={() => onSelect(all ? new Set() : new Set(model.map((row) => row.id)))}
                  />
                </th>
              ) : null}
              {group.headers.map((header) => {
                const column = columnOf.get(header.column.id);
                const sorted = column?.sort !== undefined && sort?.key === column.sort ? sort.order : undefined;
                const Icon = sorted === "asc" ? ArrowUp : sorted === "desc" ? ArrowDown : ChevronsUpDown;
                return (
                  <th
                    key={header.id}
                    scope="col"
                    aria-sort={sorted === "asc" ? "ascending" : sorted === "desc" ? "descending" : undefined}
                    className={cn(
                      "group relative h-9 border-b bg-muted px-3 text-xs font-medium text-muted-foreground",
                      column?.align === "end" ? "text-right" : "text-left",
                    )}
                  >
                    {column?.sort !== undefined && onSort ? (
                      <button
                        type="button"
                        className={cn(
                          "inline-flex h-6 max-w-full items-center gap-1 rounded-sm hover:text-foreground",
                          sorted && "text-foreground",
                          column.align === "end" && "flex-row-reverse",
                        )}
                        onClick={() => column.sort !== undefined && onSort({ key: column.sort, order: sorted === "desc" ? "asc" : "desc" })}
                      >
                        <span className="truncate">{column.header}</span>
                        <Icon aria-hidden className={cn("size-3.5 shrink-0", !sorted && "opacity-50")} />
                      </button>
                    ) : (
                      <span className="block truncate">{column?.header}</span>
                    )}
                    <ResizeHandle
                      label={`Width of ${column?.header ?? header.id}`}
                      size={header.getSize()}
                      onStart={header.getResizeHandler()}
                      onStep={(by) =>
                        table.setColumnSizing((old) => ({ ...old, [header.column.id]: Math.max(64, Math.min(800, header.getSize() + by)) }))
                      }
                    />
                  </th>
                );
              })}
            </tr>
          ))}
        </thead>
        <tbody>
          {above > 0 ? <Gap height={above} span={span} /> : null}
          {items.map((item) => {
            const row = model[item.index];
            if (!row) return null;
            return (
              <tr
                key={row.id}
                data-index={item.index}
                aria-rowindex={item.index + 2}
                aria-selected={onSelect ? row.getIsSelected() : undefined}
                tabIndex={item.index === reachable ? 0 : -1}
                style={{ height }}
                className={cn(
                  "group/row outline-none focus-visible:relative focus-visible:outline-2 focus-visible:-outline-offset-2 focus-visible:outline-ring",
                  onOpen && "cursor-pointer",
                  row.getIsSelected() ? "bg-primary-soft" : "hover:bg-muted/70",
                )}
                onKeyDown={(event) => onRowKey(event, item.index)}
                onClick={(event) => onRowClick(event, item.index)}
                onFocus={() => setActive(item.index)}
              >
                {onSelect ? (
                  <td className="border-b px-3 align-middle [&>*]:block">
                    <Checkbox
                      aria-label={`Select ${props.rowName?.(row.original) ?? row.id}`}
                      checked={row.getIsSelected()}
                      onCheckedChange={() => row.toggleSelected()}
                    />
                  </td>
                ) : null}
                {row.getAllCells().map((cell) => (
                  // A cell of a table, not a control of a grid.
                  // oxlint-disable-next-line jsx-a11y/control-has-associated-label
                  <td
                    key={cell.id}
                    className={cn("truncate border-b px-3", columnOf.get(cell.column.id)?.align === "end" && "text-right tabular-nums")}
                  >
                    <table.FlexRender cell={cell} />
                  </td>
                ))}
              </tr>
            );
          })}
          {below > 0 ? <Gap height={below} span={span} /> : null}
          {loading
            ? Array.from({ length: model.length === 0 ? 12 : 3 }, (_, n) => (
                <tr key={`loading-${n}`} aria-hidden style={{ height }}>
                  {Array.from({ length: span }, (__, cell) => (
                    <td key={cell} className="border-b px-3">
                      <Skeleton className="h-3.5" style={{ width: `${40 + ((n * 7 + cell * 13) % 45)}%` }} />
                    </td>
                  ))}
                </tr>
              ))
            : null}
        </tbody>
      </table>
      {!loading && model.length === 0 ? <div className="p-6">{props.empty}</div> : null}
    </div>
  );
}

const Gap = ({ height, span }: { height: number; span: number }) => (
  <tr aria-hidden style={{ height }}>
    {/* oxlint-disable-next-line jsx-a11y/control-has-associated-label -- stands for the rows out of sight */}
    <td colSpan={span} className="p-0" />
  </tr>
);

function ResizeHandle(props: { label: string; size: number; onStart: (event: unknown) => void; onStep: (by: number) => void }) {
  return (
    // A splitter: dragged, or moved by arrow keys while it has the focus (WCAG 2.5.7).
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <span
      role="separator"
      aria-orientation="vertical"
      aria-label={props.label}
      aria-valuenow={Math.round(props.size)}
      aria-valuemin={64}
      aria-valuemax={800}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- moved by arrow keys
      tabIndex={0}
      onMouseDown={props.onStart}
      onTouchStart={props.onStart}
      onKeyDown={(event) => {
        if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
        event.preventDefault();
        props.onStep(event.key === "ArrowRight" ? 16 : -16);
      }}
      className="absolute top-1.5 right-0 bottom-1.5 w-1.5 cursor-col-resize touch-none border-r border-transparent group-hover:border-border-strong hover:border-primary focus-visible:border-primary focus-visible:outline-2 focus-visible:outline-ring"
    />
  );
}

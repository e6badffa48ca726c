export { DataTable, type DataColumn, type DataTableProps, type Density, type SortState } from "./data-table";
export { ColumnChooser, type ColumnChoice } from "./column-chooser";

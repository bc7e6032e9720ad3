/** Which items of a long grid of equal cells are near the visible part. Lengths in pixels. */
export interface GridMeasures {
  readonly count: number;
  readonly width: number;
  readonly height: number;
  readonly scrollTop: number;
  /** Cells are as wide as the row allows, at least this; Infinity: one a row. */
  readonly minCellWidth: number;
  readonly cellHeight: number;
  readonly gap: number;
}

export interface VisibleCells {
  readonly columns: number;
  /** Items `first` to before `end` are drawn, `top` below the beginning. */
  readonly first: number;
  readonly end: number;
  readonly top: number;
  /** Of all cells, drawn or not. */
  readonly totalHeight: number;
}

/** Rows drawn beyond each edge, so that scrolling shows no gap before the next frame. */
const spareRows = 2;

export function visibleCells(measures: GridMeasures): VisibleCells {
  const { count, width, height, scrollTop, minCellWidth, cellHeight, gap } = measures;
  const columns = Math.max(1, Math.floor((width + gap) / (minCellWidth + gap)));
  const rows = Math.ceil(count / columns);
  const pitch = cellHeight + gap;
  const firstRow = Math.min(rows, Math.max(0, Math.floor(scrollTop / pitch) - spareRows));
  const endRow = Math.min(rows, Math.ceil((scrollTop + height) / pitch) + spareRows);
  return {
    columns,
    first: firstRow * columns,
    end: Math.min(count, endRow * columns),
    top: firstRow * pitch,
    totalHeight: Math.max(0, rows * pitch - gap),
  };
}

/** How to scroll, the least way, so that item `index` is whole in view. */
export function scrollTopFor(index: number, measures: GridMeasures): number {
  const { columns } = visibleCells(measures);
  const top = Math.floor(index / columns) * (measures.cellHeight + measures.gap);
  const lowest = top + measures.cellHeight - measures.height;
  return Math.max(Math.min(measures.scrollTop, top), lowest);
}

// A closer look at large pages and small type: finer squares are laid over the page where it is looked at, and only
// there. What is shown already stays below until the finer one has arrived, so that zooming never shows a gap.

export {};

interface Level {
  width_px: number;
  height_px: number;
  columns: number;
  rows: number;
}
interface Tiles {
  url: string;
  tile_px: number;
  levels: Level[];
}

/** The page's own picture is enough until it is stretched this far. */
const STRETCHED = 1.15;
/** A level may be stretched a little before the next one is fetched. */
const LEVEL_STRETCHED = 1.1;
/** Beside what is seen, so that a short move finds its squares there. */
const MARGIN_TILES = 0.5;
const MOST_KEPT = 96;
const REST_MS = 90;

const stage = document.querySelector<HTMLElement>('[data-stage]');
if (stage) {
  for (const page of stage.querySelectorAll<HTMLElement>('[data-tiles]')) follow(stage, page);
}

function follow(stage: HTMLElement, page: HTMLElement) {
  const tiles = JSON.parse(page.dataset.tiles!) as Tiles;
  const image = page.querySelector<HTMLImageElement>('.page-image')!;
  const layer = document.createElement('div');
  layer.className = 'page-tiles';
  layer.setAttribute('aria-hidden', 'true');
  image.after(layer);
  const kept = new Map<string, HTMLImageElement>();
  let resting = 0;

  /** The coarsest level that is fine enough; -1 while the page's own picture is. */
  function levelFor(shown: number) {
    const needed = shown * devicePixelRatio;
    if (needed <= Number(image.getAttribute('width')) * STRETCHED) return -1;
    const found = tiles.levels.findIndex((level) => level.width_px * LEVEL_STRETCHED >= needed);
    return found < 0 ? tiles.levels.length - 1 : found;
  }

  function place(tile: HTMLImageElement, level: Level, column: number, row: number) {
    const share = (px: number, whole: number) => `${(px / whole) * 100}%`;
    const width = Math.min(tiles.tile_px, level.width_px - column * tiles.tile_px);
    const height = Math.min(tiles.tile_px, level.height_px - row * tiles.tile_px);
    tile.style.left = share(column * tiles.tile_px, level.width_px);
    tile.style.top = share(row * tiles.tile_px, level.height_px);
    tile.style.width = share(width, level.width_px);
    tile.style.height = share(height, level.height_px);
  }

  function fetchTile(index: number, column: number, row: number) {
    const key = `${index}/${column}/${row}`;
    const known = kept.get(key);
    if (known) {
      kept.delete(key);
      kept.set(key, known);
      return;
    }
    const tile = new Image();
    tile.alt = '';
    tile.decoding = 'async';
    tile.draggable = false;
    tile.className = 'tile';
    place(tile, tiles.levels[index], column, row);
    tile.style.zIndex = String(index);
    tile.onload = () => tile.classList.add('is-there');
    // The picture below stays; it is asked for again at the next move.
    tile.onerror = () => {
      tile.remove();
      kept.delete(key);
    };
    tile.src = `${tiles.url}/${key}.jpg`;
    layer.append(tile);
    kept.set(key, tile);
  }

  function forget(most: number) {
    for (const [key, tile] of kept) {
      if (kept.size <= most) break;
      tile.remove();
      kept.delete(key);
    }
  }

  function look() {
    if (page.hidden) {
      forget(0);
      return;
    }
    const box = image.getBoundingClientRect();
    const seen = stage.getBoundingClientRect();
    const index = levelFor(box.width);
    if (index < 0) {
      forget(0);
      return;
    }
    const level = tiles.levels[index];
    const side = (tiles.tile_px * box.width) / level.width_px;
    const from = (edge: number, own: number) => Math.max(0, Math.floor((edge - own) / side - MARGIN_TILES));
    const to = (edge: number, own: number, count: number) =>
      Math.min(count - 1, Math.floor((edge - own) / side + MARGIN_TILES));
    for (let row = from(seen.top, box.top); row <= to(seen.bottom, box.top, level.rows); row += 1) {
      for (
        let column = from(seen.left, box.left);
        column <= to(seen.right, box.left, level.columns);
        column += 1
      ) {
        fetchTile(index, column, row);
      }
    }
    forget(MOST_KEPT);
  }

  /** When the hand rests: while it moves, what is there is stretched with the page. */
  function soon() {
    clearTimeout(resting);
    resting = setTimeout(look, REST_MS);
  }
  stage.addEventListener('scroll', soon, { passive: true });
  new ResizeObserver(soon).observe(image);
}

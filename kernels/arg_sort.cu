// order (I32) (rows, kept) = where the first elements of each row of x (rows, columns) lie when it is sorted. Overwrites. Equal
// elements keep their order, zeros of either sign are equal, and a NaN is the largest.
//
// An element becomes a key of 64 bits, its bits in ascending order above its index, so that no two are equal and every way to
// sort is stable. tiles: a block sorts 2048 keys in shared memory (a bitonic network): several short rows, or a part of a long
// one. merge: a thread finds an element's place in two neighbouring sorted runs as one, by bisection of the other run; runs
// double until a row is one, of which only the first `kept` are followed. Bytes moved: x is read once, order written once; long
// rows also read and write 8 bytes an element for each time that runs double.
#include "divide.cuh"

struct SortTilesArgs {
  const float* x;
  int* order;
  u64* keys;       // (rows, columns), where a row has several tiles
  i64 rows, columns;
  i64 kept;
  i64 tiles;       // of a row, or 1
  int size;        // keys of a row in a tile: a power of two, up to 2048
  int descending;
};

struct SortMergeArgs {
  const u64* from;
  u64* to;
  int* order;      // in the last launch
  i64 count;
  Divisor columns;
  i64 run;         // keys of a sorted run
  i64 kept;
  int last;
};

const int Tile = 2048;

DEV u64 key(float v, i64 index, int descending) {
  u32 bits = v == 0.0f ? 0u : f2u(v), rank = is_nan(v) ? ~0u : bits >> 31 ? ~bits : bits | 0x80000000u;
  return (u64)(descending ? ~rank : rank) << 32 | (u32)index;
}

KERNEL arg_sort_tiles_f32(const SortTilesArgs args) {
  __shared__ u64 tile[Tile];
  int perTile = Tile / args.size;
  i64 items = (args.rows * args.tiles + perTile - 1) / perTile;
  for (i64 item = bidx(); item < items; item += gdimx()) {
    for (int p = (int)tidx(); p < Tile; p += (int)bdimx()) {
      i64 part = item * perTile + p / args.size, row = part / args.tiles;
      i64 c = (part - row * args.tiles) * args.size + p % args.size;
      bool inside = row < args.rows && c < args.columns;
      tile[p] = inside ? key(args.x[row * args.columns + c], c, args.descending) : ~0ull;
    }
    sync();
    for (int k = 2; k <= args.size; k *= 2) {
      for (int d = k / 2; d > 0; d /= 2) {
        for (int pair = (int)tidx(); pair < Tile / 2; pair += (int)bdimx()) {
          int low = pair / d * 2 * d + pair % d, high = low + d;
          u64 a = tile[low], b = tile[high];
          // In the last round all rows of the tile ascend.
          if ((a > b) == ((low & k) == 0 || k == args.size)) {
            tile[low] = b;
            tile[high] = a;
          }
        }
        sync();
      }
    }
    for (int p = (int)tidx(); p < Tile; p += (int)bdimx()) {
      i64 part = item * perTile + p / args.size, row = part / args.tiles;
      i64 c = (part - row * args.tiles) * args.size + p % args.size;
      if (row >= args.rows || c >= args.columns) continue;
      if (args.tiles > 1) args.keys[row * args.columns + c] = tile[p];
      else if (c < args.kept) args.order[row * args.kept + c] = (int)(u32)tile[p];
    }
    sync();
  }
}

KERNEL arg_sort_merge_u8(const SortMergeArgs args) {
  GRID_STRIDE(at, args.count) {
    i64 c = at, row = divide(c, args.columns), columns = args.columns.d;
    i64 pair = c / (2 * args.run) * (2 * args.run), own = c - pair >= args.run ? pair + args.run : pair;
    // No element beyond the first `kept` of its run can be among the first of both.
    if (c - own >= args.kept) continue;
    i64 other = own == pair ? pair + args.run : pair;
    i64 length = min_(min_(args.run, columns - other), args.kept);
    const u64* keys = args.from + row * columns;
    u64 k = keys[c];
    i64 low = 0, high = length > 0 ? length : 0;
    while (low < high) {
      i64 middle = (low + high) / 2;
      if (keys[other + middle] < k) low = middle + 1;
      else high = middle;
    }
    i64 place = pair + (c - own) + low;
    if (args.last) {
      if (place < args.kept) args.order[row * args.kept + place] = (int)(u32)k;
    } else if (place - pair < args.kept) {
      args.to[row * columns + place] = k;
    }
  }
}

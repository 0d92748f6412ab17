// Quarter turns of square images: y[i] = x[i] turned turns[i] times counter-clockwise (clockwise if inverse). x, y (N, S, S, C);
// y is overwritten.
//
// rotate90_tile3 (C = 3) and rotate90_tile: pixels below 32 bytes, so that lines of memory would be torn by a walk down a column.
// A block takes tiles of side x side pixels: it reads rows (side * pixel = 192 or 384 bytes at C = 3, by 16 where they are
// aligned), and writes rows of the turned image by 4 bytes a lane, picking elements from shared memory.
// rotate90_wide, rotate90_wide16: larger pixels; a thread moves one unit of a pixel (an element, or 16 bytes), in the order of y.
//
// Moves each element once in and once out: 8 bytes in F32, 4 in BF16. The floor is that over the card's copy bandwidth:
// (1024, 128, 128, 3) in F32 is 403 MB both ways, 0.13 ms at 3 TB/s.
#include "turn.cuh"

struct Rotate90Args {
  const void* x;
  void* y;
  const int* turns;
  i64 count;                       // tiles; units in the wide kernels
  Divisor per_image, per_row;      // tiles of an image and of a row of tiles; in the wide kernels: units of a pixel, and S
  int size, channels, side, shift, wide, words, inverse;
};

DEV int turn_of(const Rotate90Args& a, i64 image) {
  return (a.inverse ? 0 - (u32)a.turns[image] : (u32)a.turns[image]) & 3;
}

// An element of a tile, or two as one word.
template<class E> struct PickOne {
  const E* tile;
  __device__ E operator()(const int (&at)[1]) const { return tile[at[0]]; }
};
struct PickPair {
  const u16* tile;
  __device__ u32 operator()(const int (&at)[2]) const { return (u32)tile[at[0]] | (u32)tile[at[1]] << 16; }
};

DEV void write_turned(const Rotate90Args&, const u32* tile, const Walk& walk, i64 first, u32* y, int size, int c) {
  PickOne<u32> pick = {tile};
  write_tile<1>(walk, y + first, size, c, pick);
}
DEV void write_turned(const Rotate90Args& a, const u16* tile, const Walk& walk, i64 first, u16* y, int size, int c) {
  if (a.words) {
    PickPair pick = {tile};
    write_tile<2>(walk, (u32*)(y + first), size, c, pick);
  } else {
    PickOne<u16> pick = {tile};
    write_tile<1>(walk, y + first, size, c, pick);
  }
}

// Channels = 0: as many as the arguments say.
template<class E, int Channels, int Bytes> DEV void rotate_tiles(const Rotate90Args& a) {
  __shared__ ALIGN(16) char memory[Bytes];
  E* tile = (E*)memory;
  int c = Channels ? Channels : a.channels, pitch = tile_pitch<E>(a.side * c);
  i64 row = (i64)a.size * c;
  for (i64 t = bidx(); t < a.count; t += gdimx()) {
    i64 rest = t, image = divide(rest, a.per_image);
    int turn = turn_of(a, image);
    Tile from = tile_at(rest, a.per_row, a.side, a.size);
    i64 first = image * a.size * row;
    read_tile((const E*)a.x + first + from.r0 * row + from.c0 * c, row, from.rows, from.columns * c,
        tile, pitch, a.wide, a.shift);
    sync();
    write_turned(a, tile, turned(turn, from, a.size, 0, pitch, c), first, (E*)a.y, a.size, c);
    sync();
  }
}

template<class U> DEV void rotate_units(const Rotate90Args& a) {
  const U* x = (const U*)a.x;
  U* y = (U*)a.y;
  i64 size = a.size, units = a.per_image.d;
  GRID_STRIDE(i, a.count) {
    i64 unit = i, column = divide(unit, a.per_image), row = divide(column, a.per_row), image = divide(row, a.per_row);
    int turn = turn_of(a, image);
    i64 r = turn == 0 ? row : turn == 1 ? column : turn == 2 ? size - 1 - row : size - 1 - column;
    i64 q = turn == 0 ? column : turn == 1 ? size - 1 - row : turn == 2 ? size - 1 - column : row;
    y[i] = x[((image * size + r) * size + q) * units + unit];
  }
}

// 32 rows of an odd number of packs: 25 of 384 bytes, 13 of 192. Other tiles: 32 rows of pixels up to 12 bytes,
// or 16 of up to 31.
KERNEL __launch_bounds__(256) rotate90_tile3_f32(Rotate90Args a) { rotate_tiles<u32, 3, 12800>(a); }
KERNEL __launch_bounds__(256) rotate90_tile3_bf16(Rotate90Args a) { rotate_tiles<u16, 3, 6656>(a); }
KERNEL __launch_bounds__(256) rotate90_tile_f32(Rotate90Args a) { rotate_tiles<u32, 0, 12800>(a); }
KERNEL __launch_bounds__(256) rotate90_tile_bf16(Rotate90Args a) { rotate_tiles<u16, 0, 12800>(a); }
KERNEL __launch_bounds__(256) rotate90_wide_f32(Rotate90Args a) { rotate_units<u32>(a); }
KERNEL __launch_bounds__(256) rotate90_wide_bf16(Rotate90Args a) { rotate_units<u16>(a); }
KERNEL __launch_bounds__(256) rotate90_wide16_u8(Rotate90Args a) { rotate_units<u4>(a); }

// Tiles of square images (S, S, C) that are read as they lie and written turned, both by whole rows: what lies between is shared
// memory. With L = S - 1, pixel (r, c) of an image turned counter-clockwise is pixel (c, L - r) of the image for one turn, (L -
// r, L - c) for two, (L - c, r) for three. 256 threads; a tile's pitch is an odd number of 16-byte packs, so that a walk down a
// column meets 8 banks.
#pragma once
#include "divide.cuh"

static const int TURN_THREADS = 256;
static const int TURN_WARPS = TURN_THREADS / 32;

// Pitch of a tile in elements, for rows of so many.
template<class E> DEV constexpr int tile_pitch(int elements) {
  return ((elements * (int)sizeof(E) + 15) / 16 | 1) * (16 / (int)sizeof(E));
}

// Where a tile lies in its image.
struct Tile { int r0, c0, rows, columns; };

// Tile number t of an image cut into tiles of so many pixels a side.
DEV Tile tile_at(i64 t, const Divisor& per_row, int side, int size) {
  int r0 = (int)divide(t, per_row) * side, c0 = (int)t * side;
  Tile tile = {r0, c0, r0 + side < size ? side : size - r0, c0 + side < size ? side : size - c0};
  return tile;
}

// Reads a tile. x is its first element, with rows so many elements apart; wide: by 16 bytes, where 2^shift lanes share a row.
template<class E> DEV void read_tile(const E* x, i64 row, int rows, int elements, E* tile, int pitch, int wide, int shift) {
  const int N = 16 / (int)sizeof(E);
  if (wide) {
    int lanes = 1 << shift, step = TURN_THREADS >> shift;
    for (int e = ((int)tidx() & (lanes - 1)) * N; e < elements; e += lanes * N) {
      for (int i = (int)tidx() >> shift; i < rows; i += 4 * step) {
        u4 held[4];
#pragma unroll
        for (int q = 0; q < 4; q++) if (i + q * step < rows) held[q] = ldg4u(x + (i + q * step) * row + e);
#pragma unroll
        for (int q = 0; q < 4; q++) if (i + q * step < rows) st4u(tile + (i + q * step) * pitch + e, held[q]);
      }
    }
  } else {
    for (int e = (int)tidx() & 31; e < elements; e += 32)
      for (int i = (int)tidx() >> 5; i < rows; i += TURN_WARPS) tile[i * pitch + e] = x[i * row + e];
  }
}

// How a tile is walked to be written: its place in the turned image, and where its pixel (i, j) lies in shared memory: first + i
// * down + j * across.
struct Walk { Tile to; int first, down, across; };

// The walk of a tile whose own pixel (i, j) lies at first + i * down + j * across.
DEV Walk turned(int turn, const Tile& from, int size, int first, int down, int across) {
  int h = from.rows, w = from.columns, bottom = size - from.r0 - h, right = size - from.c0 - w;
  Walk walk;
  if (turn == 0) walk = {from, first, down, across};
  else if (turn == 1) walk = {{right, from.r0, w, h}, first + (w - 1) * across, -across, down};
  else if (turn == 2) walk = {{bottom, right, h, w}, first + (h - 1) * down + (w - 1) * across, -down, -across};
  else walk = {{from.c0, bottom, w, h}, first + (h - 1) * down, across, -down};
  return walk;
}

// Writes a tile into the image at y, in words of N elements; make(offsets) is the word of the elements at those
// offsets of the tile.
template<int N, class Word, class Make> DEV void write_tile(const Walk& walk, Word* y, int size, int c, const Make& make) {
  int warp = (int)tidx() >> 5;
  i64 row = (i64)size * c / N;
  for (int w = (int)tidx() & 31; w < walk.to.columns * c / N; w += 32) {
    int at[N];
#pragma unroll
    for (int n = 0; n < N; n++) {
      int e = w * N + n, j = e / c;
      at[n] = walk.first + j * walk.across + (e - j * c) + warp * walk.down;
    }
    Word* to = y + (walk.to.r0 + warp) * row + walk.to.c0 * c / N + w;
#pragma unroll 4
    for (int i = warp; i < walk.to.rows; i += TURN_WARPS, to += TURN_WARPS * row) {
      *to = make(at);
#pragma unroll
      for (int n = 0; n < N; n++) at[n] += TURN_WARPS * walk.down;
    }
  }
}

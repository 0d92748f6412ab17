// The tiled product C (M, N) = A (M, K) * B (K, N) that matrix products and convolutions share, on FMA units or tensor cores.
//
// A block computes one tile of C. It walks along K; while it multiplies one pair of operand tiles in shared memory, the next pair
// is on its way into the other half of the buffers. What differs is handed in:
//   a source says where element (row, depth) of an operand lies in global memory, or that it is zero (outside a matrix, in
//   the padding of an
//     image); ALONG_K says whether 16 bytes run along the depth or along the rows. Sources are pure, so the compiler
//     hoists what it can.
//   a tile says how shared memory is laid out, how it is filled, and how it is multiplied.
// Where M * N gives too few tiles to fill the device, K is split over blocks: each writes its sums in F32 to `partial`, and
// matmul_sum adds them in order. No atomics, so results repeat bit for bit.
#pragma once
#include "gemm_operands.cuh"

// Of a divisor d: n / d for 0 <= n < 2^31 by a multiplication.
struct Reciprocal { u32 magic, shift; };
DEV int divide(int n, Reciprocal d) { return (int)(((u32)((u64)(u32)n * d.magic >> 32) + (u32)n) >> d.shift); }

// What the loop needs to know of a product. C = A * B + bias (a value a column), or C += A * B. Element (row, column) of batch b
// lies at b * batchC + row * strideM + column * strideN. floatC: C is F32 whatever the operands are. vectorA, vectorB, vectorC:
// addresses and extents allow accesses of 16 bytes (C: of a tile's width).
struct Gemm {
  void* c;
  const float* bias;
  float* partial;
  i64 strideM, strideN, batchC, countC;
  int m, n, k, tilesM, tilesN, splits, splitK;
  int accumulate, floatC, vectorA, vectorB, vectorC;
};

// The part of a product that this block computes.
struct Block {
  int row, column, split, batch, k, end;
  METHOD Block(const Gemm& g, int tileM, int tileN) {
    int i = (int)bidx();  // neighbours share rows of A: the operand that is usually the larger
    column = i % g.tilesN * tileN; i /= g.tilesN;
    row = i % g.tilesM * tileM;    i /= g.tilesM;
    split = i % g.splits;
    batch = i / g.splits;
    k = split * g.splitK;
    end = k + g.splitK < g.k ? k + g.splitK : g.k;
  }
};

// ---- results ---------------------------------------------------------------------------------------------------------------
// Four values to and from consecutive addresses with one access.
DEV void load4(const float* p, float (&v)[4]) { unpack(ld4u(p), v); }
DEV void load4(const bf16* p, float (&v)[4]) {
  u64 w = *(const u64*)p;
  v[0] = bf_lo((u32)w); v[1] = bf_hi((u32)w); v[2] = bf_lo((u32)(w >> 32)); v[3] = bf_hi((u32)(w >> 32));
}
DEV void store4(float* p, const float (&v)[4]) { st4u(p, pack(v)); }
DEV void store4(bf16* p, const float (&v)[4]) { *(u64*)p = (u64)f2bf2(v[0], v[1]) | (u64)f2bf2(v[2], v[3]) << 32; }

template<class C> DEV void write(C* p, i64 stride, int count, bool vector, bool accumulate, float (&v)[4]) {
  if (vector) {
    if (accumulate) {
      float old[4];
      load4(p, old);
#pragma unroll
      for (int i = 0; i < 4; i++) v[i] += old[i];
    }
    store4(p, v);
    return;
  }
#pragma unroll
  for (int i = 0; i < 4; i++) {
    if (i < count) store(p + i * stride, accumulate ? load(p + i * stride) + v[i] : v[i]);
  }
}

// Four neighbouring columns of a row of C.
template<class T> DEV void put(const Gemm& g, const Block& b, int row, int column, float (&v)[4]) {
  if (row >= g.m || column >= g.n) return;
  int count = g.n - column;
  i64 at = b.batch * g.batchC + row * g.strideM + column * g.strideN;
  if (g.splits > 1) {
    write(g.partial + b.split * g.countC + at, g.strideN, count, g.vectorC, false, v);
    return;
  }
  if (g.bias != nullptr) {
#pragma unroll
    for (int i = 0; i < 4; i++) v[i] += i < count ? g.bias[column + i] : 0.0f;
  }
  if (g.floatC) write((float*)g.c + at, g.strideN, count, g.vectorC, g.accumulate, v);
  else write((T*)g.c + at, g.strideN, count, g.vectorC, g.accumulate, v);
}

// ---- the tile on FMA units -------------------------------------------------------------------------------------------------
// Operand tiles in shared memory as floats, rows innermost: [K][ROWS + 4].
template<class Source, int ROWS, int DEPTH, int THREADS> struct FmaCopy {
  typedef Fetch<Source, ROWS, DEPTH, THREADS> From;
  typedef typename Source::T T;
  typedef float Cell;
  static const int PITCH = ROWS + 4, SIZE = DEPTH * PITCH, WIDTH = From::WIDTH;
  From from;
  bool vector;
  u4 held[From::COUNT];

  METHOD FmaCopy(const Source& s, int firstRow, bool v) : from(s, firstRow), vector(v) {}
  static METHOD Cell cell(T x) { return to_float(x); }
  static METHOD int at(int line, int along) { return Source::ALONG_K ? along * PITCH + line : line * PITCH + along; }

  METHOD void start(int k, Cell* to) {
    if (!vector) {
      from.template scatter<FmaCopy>(k, to);
      return;
    }
#pragma unroll
    for (int i = 0; i < From::COUNT; i++) {
      if (!from.active(i)) continue;
      const T* p = from.at(i, k);
      held[i] = p != nullptr ? ldg4u(p) : make_u4(0, 0, 0, 0);
    }
  }

  METHOD void finish(Cell* to) {
    if (!vector) return;
#pragma unroll
    for (int i = 0; i < From::COUNT; i++) {
      if (!from.active(i)) continue;
      float v[WIDTH];
      unpack(held[i], v);
      if constexpr (Source::ALONG_K) {
#pragma unroll
        for (int j = 0; j < WIDTH; j++) to[at(from.line(i), from.along + j)] = v[j];
      } else {
#pragma unroll
        for (int j = 0; j < WIDTH; j += 4)
          st4(to + at(from.line(i), from.along + j), make_f4(v[j], v[j + 1], v[j + 2], v[j + 3]));
      }
    }
  }
};

// TM x TN sums a thread, in groups of four neighbours, so that a thread reads shared memory 16 bytes at a time and a warp
// without conflicts.
template<int ROWS, int COLUMNS, int TM, int TN> struct FmaTile {
  static const int M = ROWS, N = COLUMNS, K = 16, ACROSS = COLUMNS / TN, THREADS = ROWS / TM * ACROSS, RESIDENT = 4;
  template<class Source, int SIDE> using Copy = FmaCopy<Source, SIDE, K, THREADS>;
  float sums[TM][TN];
  int row0, column0;

  METHOD FmaTile() : row0((int)tidx() / ACROSS * 4), column0((int)tidx() % ACROSS * 4) {
#pragma unroll
    for (int i = 0; i < TM; i++) {
#pragma unroll
      for (int j = 0; j < TN; j++) sums[i][j] = 0.0f;
    }
  }

  template<int SIDE, int COUNT> static METHOD void lane(const float* line, int first, float (&v)[COUNT]) {
#pragma unroll
    for (int i = 0; i < COUNT; i += 4) {
      f4 q = ld4(line + first + i / 4 * (SIDE * 4 / COUNT));
      v[i] = q.x; v[i + 1] = q.y; v[i + 2] = q.z; v[i + 3] = q.w;
    }
  }

  template<class CopyA, class CopyB> METHOD void multiply(const float* a, const float* b) {
#pragma unroll 4
    for (int k = 0; k < K; k++) {
      float x[TM], y[TN];
      lane<M>(a + k * CopyA::PITCH, row0, x);
      lane<N>(b + k * CopyB::PITCH, column0, y);
#pragma unroll
      for (int i = 0; i < TM; i++) {
#pragma unroll
        for (int j = 0; j < TN; j++) sums[i][j] = fma_(x[i], y[j], sums[i][j]);
      }
    }
  }

  static const int PASSES = 1, STAGED = M, STAGE_PITCH = N + 4;
  static METHOD int tile_row(int, int staged) { return staged; }

  METHOD void stage(int, float* to) const {
#pragma unroll
    for (int i = 0; i < TM; i++) {
#pragma unroll
      for (int j = 0; j < TN; j += 4) {
        float* p = to + (row0 + i / 4 * (M * 4 / TM) + i % 4) * STAGE_PITCH + column0 + j / 4 * (N * 4 / TN);
        st4(p, make_f4(sums[i][j], sums[i][j + 1], sums[i][j + 2], sums[i][j + 3]));
      }
    }
  }
};

// RESIDENT in a tile: blocks on a multiprocessor at once, which bounds the registers of a thread.
typedef FmaTile<64, 64, 8, 4> FmaWide;
typedef FmaTile<128, 16, 4, 4> FmaNarrow;  // for products with at most 16 columns

// ---- the loop ----------------------------------------------------------------------------------------------------------------
template<int A, int B> struct Larger { static const int value = A > B ? A : B; };

template<class Tile, class A, class B> DEV void multiply_block(const Gemm& g, const Block& block, const A& a, const B& b) {
  typedef typename Tile::template Copy<A, Tile::M> CopyA;
  typedef typename Tile::template Copy<B, Tile::N> CopyB;
  typedef typename CopyA::Cell Cell;
  const int cells = 2 * (CopyA::SIZE + CopyB::SIZE),
      staging = Tile::STAGED * Tile::STAGE_PITCH * (int)(sizeof(float) / sizeof(Cell));
  __shared__ ALIGN(16) Cell memory[Larger<cells, staging>::value];
  CopyA copyA(a, block.row, g.vectorA);
  CopyB copyB(b, block.column, g.vectorB);
  Tile tile;
  int half = 0;
  for (int k = block.k - Tile::K; k < block.end; k += Tile::K) {
    int next = k + Tile::K, other = half ^ 1;
    Cell* nextA = memory + other * CopyA::SIZE;
    Cell* nextB = memory + 2 * CopyA::SIZE + other * CopyB::SIZE;
    if (next < block.end) {
      copyA.start(next, nextA);
      copyB.start(next, nextB);
    }
    if (k >= block.k)
      tile.template multiply<CopyA, CopyB>(memory + half * CopyA::SIZE, memory + 2 * CopyA::SIZE + half * CopyB::SIZE);
    if (next < block.end) {
      copyA.finish(nextA);
      copyB.finish(nextB);
    }
    half = other;
    sync();
  }

  // Through shared memory to C, so that a warp writes whole lines of it whatever the tile's shape.
  float* staged = (float*)memory;
#pragma unroll 1
  for (int pass = 0; pass < Tile::PASSES; pass++) {
    if (pass > 0) sync();
    tile.stage(pass, staged);
    sync();
#pragma unroll 1
    for (int i = (int)tidx(); i < Tile::STAGED * Tile::N / 4; i += Tile::THREADS) {
      int row = i / (Tile::N / 4), column = i % (Tile::N / 4) * 4;
      float v[4];
      unpack(ld4u(staged + row * Tile::STAGE_PITCH + column), v);
      put<typename A::T>(g, block, block.row + Tile::tile_row(pass, row), block.column + column, v);
    }
  }
}

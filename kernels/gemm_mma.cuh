// The tile of gemm.cuh on tensor cores (compute capability 8.0 and later): BF16 operands by m16n8k16, F32 operands rounded to
// TF32 by m16n8k8, sums in F32; copied with cp.async where addresses allow 16 bytes.
#pragma once
#include "gemm.cuh"

// Operand tiles in shared memory as they lie in global memory: [ROWS][DEPTH + 16 bytes] or [DEPTH][ROWS + 8]. With these pitches
// ldmatrix, and the plain reads of transposed F32, meet no bank twice.
template<class Source, int ROWS, int DEPTH, int THREADS> struct MmaCopy {
  typedef Fetch<Source, ROWS, DEPTH, THREADS> From;
  typedef typename Source::T Cell;
  static const bool ALONG_K = Source::ALONG_K;
  static const int PITCH = ALONG_K ? DEPTH + Width<Cell>::value : ROWS + 8, SIZE = (ALONG_K ? ROWS : DEPTH) * PITCH;
  From from;
  bool vector;

  METHOD MmaCopy(const Source& s, int firstRow, bool v) : from(s, firstRow), vector(v) {}
  static METHOD Cell cell(Cell x) { return x; }
  static METHOD int at(int line, int along) { return line * PITCH + along; }

  METHOD void start(int k, Cell* to) {
    if (!vector) {
      from.template scatter<MmaCopy>(k, to);
      return;
    }
#pragma unroll
    for (int i = 0; i < From::COUNT; i++) {
      if (!from.active(i)) continue;
      const Cell* p = from.at(i, k);
      bool inside = p != nullptr;
      cp_async16(smem_u32(to + at(from.line(i), from.along)), inside ? p : from.source.base, inside ? 16 : 0);
    }
    cp_commit();
  }

  METHOD void finish(Cell*) {
    if (vector) cp_wait<0>();
  }
};

// One step of K: 32 bytes of operand. A holds 16 rows, B two groups of 8 columns; `row` and `k` are the fragment's
// first, in the tile.
template<class Element> struct Fragments;

template<> struct Fragments<bf16> {
  static const int K = 16, TILE_K = 32;
  template<class Copy> static METHOD void a(const bf16* tile, int row, int k, u32 (&r)[4]) {
    int l = (int)tidx() & 31, low = l & 7, mid = l >> 3 & 1, high = l >> 4;
    if constexpr (Copy::ALONG_K) ldmatrix4(r, smem_u32(tile + (row + low + mid * 8) * Copy::PITCH + k + high * 8));
    else ldmatrix4t(r, smem_u32(tile + (k + low + high * 8) * Copy::PITCH + row + mid * 8));
  }
  template<class Copy> static METHOD void b(const bf16* tile, int row, int k, u32 (&r)[2][2]) {
    int l = (int)tidx() & 31, low = l & 7, mid = l >> 3 & 1, high = l >> 4;
    u32 q[4];
    if constexpr (Copy::ALONG_K) ldmatrix4(q, smem_u32(tile + (row + low + high * 8) * Copy::PITCH + k + mid * 8));
    else ldmatrix4t(q, smem_u32(tile + (k + low + mid * 8) * Copy::PITCH + row + high * 8));
    r[0][0] = q[0]; r[0][1] = q[1]; r[1][0] = q[2]; r[1][1] = q[3];
  }
  static METHOD void multiply(float (&d)[4], const u32 (&a)[4], const u32 (&b)[2]) { mma_bf16(d, a, b); }
};

// The hardware would cut F32 operands off; they are rounded to the nearest TF32 instead.
template<> struct Fragments<float> {
  static const int K = 8, TILE_K = 16;
  template<class Copy> static METHOD void a(const float* tile, int row, int k, u32 (&r)[4]) {
    int l = (int)tidx() & 31;
    if constexpr (Copy::ALONG_K) {
      ldmatrix4(r, smem_u32(tile + (row + (l & 15)) * Copy::PITCH + k + (l >> 4) * 4));
    } else {
      const float* p = tile + (k + (l & 3)) * Copy::PITCH + row + (l >> 2);
      r[0] = f2u(p[0]); r[1] = f2u(p[8]); r[2] = f2u(p[4 * Copy::PITCH]); r[3] = f2u(p[4 * Copy::PITCH + 8]);
    }
#pragma unroll
    for (int i = 0; i < 4; i++) r[i] = f2tf32(u2f(r[i]));
  }
  template<class Copy> static METHOD void b(const float* tile, int row, int k, u32 (&r)[2][2]) {
    int l = (int)tidx() & 31;
    u32 q[4];
    if constexpr (Copy::ALONG_K) {
      ldmatrix4(q, smem_u32(tile + (row + (l & 7) + (l >> 4) * 8) * Copy::PITCH + k + (l >> 3 & 1) * 4));
    } else {
      const float* p = tile + (k + (l & 3)) * Copy::PITCH + row + (l >> 2);
      q[0] = f2u(p[0]); q[1] = f2u(p[4 * Copy::PITCH]); q[2] = f2u(p[8]); q[3] = f2u(p[4 * Copy::PITCH + 8]);
    }
#pragma unroll
    for (int i = 0; i < 4; i++) r[i >> 1][i & 1] = f2tf32(u2f(q[i]));
  }
  static METHOD void multiply(float (&d)[4], const u32 (&a)[4], const u32 (&b)[2]) { mma_tf32(d, a, b); }
};

// Warps in WARPS_M rows of WARPS_N; each makes ROWS / WARPS_M x COLUMNS / WARPS_N of the tile from fragments of 16 x 8.
template<class Element, int ROWS, int COLUMNS, int WARPS_M, int WARPS_N> struct MmaTile {
  typedef Fragments<Element> Fragment;
  static const int M = ROWS, N = COLUMNS, K = Fragment::TILE_K, THREADS = 32 * WARPS_M * WARPS_N, RESIDENT = 512 / THREADS;
  static const int WARP_ROWS = ROWS / WARPS_M, WARP_COLUMNS = COLUMNS / WARPS_N, DOWN = WARP_ROWS / 16, ACROSS = WARP_COLUMNS / 8;
  template<class Source, int SIDE> using Copy = MmaCopy<Source, SIDE, K, THREADS>;
  float sums[DOWN][ACROSS][4];
  int row0, column0;

  METHOD MmaTile() : row0((int)tidx() / 32 / WARPS_N * WARP_ROWS), column0((int)tidx() / 32 % WARPS_N * WARP_COLUMNS) {
#pragma unroll
    for (int i = 0; i < DOWN; i++) {
#pragma unroll
      for (int j = 0; j < ACROSS; j++) {
#pragma unroll
        for (int e = 0; e < 4; e++) sums[i][j][e] = 0.0f;
      }
    }
  }

  template<class CopyA, class CopyB> METHOD void multiply(const Element* tileA, const Element* tileB) {
#pragma unroll
    for (int k = 0; k < K; k += Fragment::K) {
      u32 b[ACROSS / 2][2][2];
#pragma unroll
      for (int j = 0; j < ACROSS / 2; j++) Fragment::template b<CopyB>(tileB, column0 + j * 16, k, b[j]);
#pragma unroll
      for (int i = 0; i < DOWN; i++) {
        u32 a[4];
        Fragment::template a<CopyA>(tileA, row0 + i * 16, k, a);
#pragma unroll
        for (int j = 0; j < ACROSS; j++) Fragment::multiply(sums[i][j], a, b[j / 2][j % 2]);
      }
    }
  }

  // A pass brings one row of fragments of each warp: 16 rows of each of the WARPS_M bands.
  static const int PASSES = DOWN, STAGED = 16 * WARPS_M, STAGE_PITCH = N + 8;
  static METHOD int tile_row(int pass, int staged) { return staged / 16 * WARP_ROWS + pass * 16 + staged % 16; }

  METHOD void stage(int pass, float* to) const {
    int l = (int)tidx() & 31;
    float* p = to + ((int)tidx() / 32 / WARPS_N * 16 + (l >> 2)) * STAGE_PITCH + column0 + (l & 3) * 2;
#pragma unroll
    for (int i = 0; i < DOWN; i++) {
      if (i != pass) continue;  // not sums[pass]: registers have no index
#pragma unroll
      for (int j = 0; j < ACROSS; j++) {
        const float (&s)[4] = sums[i][j];
        *(u64*)(p + j * 8) = (u64)f2u(s[0]) | (u64)f2u(s[1]) << 32;
        *(u64*)(p + 8 * STAGE_PITCH + j * 8) = (u64)f2u(s[2]) | (u64)f2u(s[3]) << 32;
      }
    }
  }
};

typedef MmaTile<float, 128, 128, 2, 4> Tf32Wide;
typedef MmaTile<float, 128, 16, 4, 1> Tf32Narrow;
typedef MmaTile<bf16, 128, 128, 2, 4> Bf16Wide;
typedef MmaTile<bf16, 128, 16, 4, 1> Bf16Narrow;

// y = x with axes reordered, where the innermost axis changes (where it does not, movement.cu copies rows). Overwrites.
//
// transpose: some axis of y is the one that x keeps together; planes of (that axis, y's innermost) are turned tile by tile
// through shared memory, so that both sides are read and written in rows. A block takes a tile of 32 x 32 elements, a thread four
// of them; or (*_wide) of 32 x 32 of 4 bytes or 64 x 64 of fewer, and a thread moves 16 bytes at a time: rows of both sides are
// whole 16 bytes, and aligned. permute: where a side of the plane is narrow (NHWC and NCHW with few channels), a thread takes an
// element of y, or (*_wide) 16 bytes of a row of it; x's lines are then reused from the cache. One kernel an element size (8, 4,
// 2, 1 bytes). Bytes moved per element: it is read once and written once.
#include "divide.cuh"

struct TransposeArgs {
  const void* x;
  void* y;
  i64 columns, rows;         // of a plane: y[r * yStep + c] = x[r + c * xStep]
  i64 xStep, yStep;
  i64 tiles;                 // of all planes
  Divisor perPlane, perRow;  // tiles of a plane, and of a row of them
  Divisor size;              // planes along the inner of the two other axes
  i64 x0, x1, y0, y1;        // steps of those axes
};

struct PermuteArgs {
  const void* x;
  void* y;
  i64 count;
  Divisor size0, size1, size2;  // y's axes, innermost first
  i64 x0, x1, x2, x3;           // their steps in x
};

template<class T> DEV void transpose(const TransposeArgs& args) {
  const int Tile = 32, Warps = 8;
  __shared__ T tile[Tile][Tile + 1];
  int lane = (int)(tidx() & 31), warp = (int)(tidx() >> 5);
  for (i64 t = bidx(); t < args.tiles; t += gdimx()) {
    i64 across = t, plane = divide(across, args.perPlane), r = divide(across, args.perRow) * Tile, c = across * Tile;
    i64 outer = divide(plane, args.size);
    const T* x = (const T*)args.x + plane * args.x0 + outer * args.x1;
    T* y = (T*)args.y + plane * args.y0 + outer * args.y1;
#pragma unroll
    for (int k = warp; k < Tile; k += Warps)
      if (r + lane < args.rows && c + k < args.columns) tile[k][lane] = x[r + lane + (c + k) * args.xStep];
    sync();
#pragma unroll
    for (int k = warp; k < Tile; k += Warps)
      if (r + k < args.rows && c + lane < args.columns) y[(r + k) * args.yStep + c + lane] = tile[lane][k];
    sync();
  }
}

// 16 bytes of elements, to and from shared memory element by element.
template<class T> struct Pack {
  static const int COUNT = 16 / (int)sizeof(T);
  ALIGN(16) T v[COUNT];
};
template<class T> DEV void load_whole(const T* p, Pack<T>& pack) { *(u4*)pack.v = ldg4u(p); }
template<class T> DEV void store_whole(T* p, const Pack<T>& pack) { *(u4*)p = *(const u4*)pack.v; }

template<class T> DEV void transpose_wide(const TransposeArgs& args) {
  const int W = Pack<T>::COUNT, Tile = sizeof(T) >= 4 ? 32 : 64, Across = Tile / W, Threads = 256;
  __shared__ T tile[Tile][Tile + (sizeof(T) > 4 ? 1 : 4 / sizeof(T))];
  int along = (int)tidx() % Across * W, first = (int)tidx() / Across;
  for (i64 t = bidx(); t < args.tiles; t += gdimx()) {
    i64 across = t, plane = divide(across, args.perPlane), r = divide(across, args.perRow) * Tile, c = across * Tile;
    i64 outer = divide(plane, args.size);
    const T* x = (const T*)args.x + plane * args.x0 + outer * args.x1;
    T* y = (T*)args.y + plane * args.y0 + outer * args.y1;
#pragma unroll
    for (int k = first; k < Tile; k += Threads / Across) {
      if (r + along >= args.rows || c + k >= args.columns) continue;
      Pack<T> pack;
      load_whole(x + r + along + (c + k) * args.xStep, pack);
#pragma unroll
      for (int i = 0; i < W; i++) tile[k][along + i] = pack.v[i];
    }
    sync();
#pragma unroll
    for (int k = first; k < Tile; k += Threads / Across) {
      if (r + k >= args.rows || c + along >= args.columns) continue;
      Pack<T> pack;
#pragma unroll
      for (int i = 0; i < W; i++) pack.v[i] = tile[along + i][k];
      store_whole(y + (r + k) * args.yStep + c + along, pack);
    }
    sync();
  }
}

template<class T> DEV void permute(const PermuteArgs& args) {
  GRID_STRIDE(i, args.count) {
    i64 i0 = i, i1 = divide(i0, args.size0), i2 = divide(i1, args.size1), i3 = divide(i2, args.size2);
    ((T*)args.y)[i] = ((const T*)args.x)[i0 * args.x0 + i1 * args.x1 + i2 * args.x2 + i3 * args.x3];
  }
}

template<class T> DEV void permute_wide(const PermuteArgs& args) {
  const int W = Pack<T>::COUNT;
  GRID_STRIDE(p, args.count / W) {
    i64 i0 = p * W, i1 = divide(i0, args.size0), i2 = divide(i1, args.size1), i3 = divide(i2, args.size2);
    const T* x = (const T*)args.x + i0 * args.x0 + i1 * args.x1 + i2 * args.x2 + i3 * args.x3;
    Pack<T> pack;
#pragma unroll
    for (int i = 0; i < W; i++) pack.v[i] = x[i * args.x0];
    store_whole((T*)args.y + p * W, pack);
  }
}

KERNEL transpose_f64(const TransposeArgs args) { transpose<u64>(args); }
KERNEL transpose_f32(const TransposeArgs args) { transpose<u32>(args); }
KERNEL transpose_bf16(const TransposeArgs args) { transpose<u16>(args); }
KERNEL transpose_u8(const TransposeArgs args) { transpose<u8>(args); }
KERNEL permute_f64(const PermuteArgs args) { permute<u64>(args); }
KERNEL permute_f32(const PermuteArgs args) { permute<u32>(args); }
KERNEL permute_bf16(const PermuteArgs args) { permute<u16>(args); }
KERNEL permute_u8(const PermuteArgs args) { permute<u8>(args); }
KERNEL __launch_bounds__(256) transpose_wide_f64(const TransposeArgs args) { transpose_wide<u64>(args); }
KERNEL __launch_bounds__(256) transpose_wide_f32(const TransposeArgs args) { transpose_wide<u32>(args); }
KERNEL __launch_bounds__(256) transpose_wide_bf16(const TransposeArgs args) { transpose_wide<u16>(args); }
KERNEL __launch_bounds__(256) transpose_wide_u8(const TransposeArgs args) { transpose_wide<u8>(args); }
KERNEL __launch_bounds__(256) permute_wide_f64(const PermuteArgs args) { permute_wide<u64>(args); }
KERNEL __launch_bounds__(256) permute_wide_f32(const PermuteArgs args) { permute_wide<u32>(args); }
KERNEL __launch_bounds__(256) permute_wide_bf16(const PermuteArgs args) { permute_wide<u16>(args); }
KERNEL __launch_bounds__(256) permute_wide_u8(const PermuteArgs args) { permute_wide<u8>(args); }

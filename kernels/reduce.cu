// y = the reduction of x over some axes: sum, maximum, minimum, sum of squares, product. Overwrites. The order of combination
// follows from the shapes alone, so that results repeat bit by bit. Bytes moved per element of x: it is read once.
//
// log_sum_exp: y (F32) = log(sum of exp) of each row of x (rows, columns), a warp or a block a row as below; the second pass
// finds it in the cache.
//
// The host merges neighbouring axes of one fate, which leaves four, alternating. rows: the innermost is reduced; a warp takes a
// short row, a block a long one. columns: the innermost is kept; a block takes up to 32 neighbours (single columns, or packs of
// 16 bytes of them) and spreads the reduced axis over its other threads, whose results meet in shared memory in a tree. Long
// reductions into few results are cut into parts: each writes F32 to scratch memory, and a second launch reduces the parts.
#include "divide.cuh"
#include "half.cuh"
#include "math.cuh"

struct RowsArgs {
  const void* x;   // (outer, runs, inner, run): runs and run are reduced
  void* y;         // (outer, inner), or with parts (outer, inner, parts)
  i64 items;       // outer * inner * parts
  Divisor parts, inner, run;
  i64 runs;
  i64 part;        // elements of a part
  int warps;       // whether a warp takes an item, else a block
  int toBf16;      // whether y is BF16, else F32
};

struct ColumnsArgs {
  const void* x;   // (outer, matrices, rows, columns): outer and rows are reduced
  void* y;         // (matrices, columns), or with parts (parts, matrices, columns)
  i64 items;       // matrices * tiles * parts
  Divisor perPart, tiles;  // items of a part, and of a matrix in it
  i64 outer, matrices;
  Divisor rows;
  i64 columns;
  i64 part;        // reduced elements of a part
  int across;      // neighbours of a block, a power of two up to 32
  int packed;      // whether a neighbour is a pack of 16 bytes, else one column
  int toBf16;
};

struct LogSumExpArgs {
  const void* x;
  float* y;
  i64 rows, columns;
  int warps;       // whether a warp takes a row, else a block
};

struct Sum {
  DEV float identity() { return 0.0f; }
  DEV float map(float x) { return x; }
  DEV float combine(float a, float b) { return a + b; }
};
struct SumOfSquares {
  DEV float identity() { return 0.0f; }
  DEV float map(float x) { return x * x; }
  DEV float combine(float a, float b) { return a + b; }
};
struct Max {
  DEV float identity() { return -inf_(); }
  DEV float map(float x) { return x; }
  DEV float combine(float a, float b) { return max_nan(a, b); }
};
struct Min {
  DEV float identity() { return inf_(); }
  DEV float map(float x) { return x; }
  DEV float combine(float a, float b) { return min_nan(a, b); }
};
struct Product {
  DEV float identity() { return 1.0f; }
  DEV float map(float x) { return x; }
  DEV float combine(float a, float b) { return a * b; }
};
struct SumOfExp : Sum {
  float shift;
  __device__ float map(float x) const { return exp_(x - shift); }
};

const int Threads = 256, Warps = Threads / 32;

DEV void put(void* y, i64 i, float v, int toBf16) {
  if (toBf16) store((bf16*)y + i, v);
  else ((float*)y)[i] = v;
}

// One member's share of n contiguous elements: single ones up to a multiple of 16 bytes, packs, single ones.
template<class T, class Op> DEV float run(const T* x, i64 n, int member, int members, const Op& op = Op()) {
  const int W = Width<T>::value;
  i64 lead = min_((i64)(-(u64)x & 15) / (i64)sizeof(T), n), packs = (n - lead) / W;
  float total = Op::identity(), sum[W];
  if (member < lead) total = op.map(load(x + member));
#pragma unroll
  for (int k = 0; k < W; k++) sum[k] = Op::identity();
  for (i64 i = member; i < packs; i += members) {
    float v[W];
    ldg_pack(x + lead + i * W, v);
#pragma unroll
    for (int k = 0; k < W; k++) sum[k] = Op::combine(sum[k], op.map(v[k]));
  }
  i64 last = lead + packs * W + member;
  if (last < n) total = Op::combine(total, op.map(load(x + last)));
#pragma unroll
  for (int half = W / 2; half; half /= 2) {
#pragma unroll
    for (int k = 0; k < half; k++) sum[k] = Op::combine(sum[k], sum[k + half]);
  }
  return Op::combine(total, sum[0]);
}

// What the lanes of a warp, or all threads of the block, have, in every one of them.
template<class Op> DEV float join(float v, int warps, float* meet) {
  int lane = (int)(tidx() & 31);
  for (int m = 16; m; m >>= 1) v = Op::combine(v, shfl_xor(v, m));
  if (warps) return v;
  if (lane == 0) meet[tidx() >> 5] = v;
  sync();
  v = lane < Warps ? meet[lane] : Op::identity();
  for (int m = 16; m; m >>= 1) v = Op::combine(v, shfl_xor(v, m));
  sync();
  return v;
}

template<class T, class Op> DEV void rows(const RowsArgs& args) {
  __shared__ float meet[Warps];
  int member = (int)(args.warps ? tidx() & 31 : tidx()), members = args.warps ? 32 : Threads;
  i64 first = args.warps ? grid_first() / 32 : bidx(), step = args.warps ? grid_step() / 32 : gdimx();
  for (i64 item = first; item < args.items; item += step) {
    i64 p = item, k2 = divide(p, args.parts), k0 = divide(k2, args.inner);
    const T* x = (const T*)args.x + (k0 * args.runs * args.inner.d + k2) * args.run.d;
    i64 from = p * args.part, to = min_(from + args.part, args.runs * args.run.d);
    float v = Op::identity();
    if (args.runs == 1) {
      v = run<T, Op>(x + from, to - from, member, members);
    } else {
      for (i64 e = from + member; e < to; e += members) {
        i64 at = e, r = divide(at, args.run);
        v = Op::combine(v, Op::map(load(x + r * args.inner.d * args.run.d + at)));
      }
    }
    v = join<Op>(v, args.warps, meet);
    if (member == 0) put(args.y, item, v, args.toBf16);
  }
}

template<class T> DEV void log_sum_exp(const LogSumExpArgs& args) {
  __shared__ float meet[Warps];
  int member = (int)(args.warps ? tidx() & 31 : tidx()), members = args.warps ? 32 : Threads;
  i64 first = args.warps ? grid_first() / 32 : bidx(), step = args.warps ? grid_step() / 32 : gdimx();
  for (i64 row = first; row < args.rows; row += step) {
    const T* x = (const T*)args.x + row * args.columns;
    // A finite shift keeps infinity - infinity out.
    const float Most = 3.40282347e38f;
    float top = join<Max>(run<T, Max>(x, args.columns, member, members), args.warps, meet);
    SumOfExp op;
    op.shift = top > Most ? Most : top < -Most ? -Most : top;
    float sum = join<Sum>(run<T, SumOfExp>(x, args.columns, member, members, op), args.warps, meet);
    if (member == 0) args.y[row] = log_(sum) + op.shift;
  }
}

// W neighbouring columns a thread.
template<class T, class Op, int W> DEV void columns(const ColumnsArgs& args, float* meet) {
  int across = (int)tidx() & (args.across - 1), member = (int)tidx() / args.across, members = Threads / args.across;
  for (i64 item = bidx(); item < args.items; item += gdimx()) {
    i64 in_part = item, p = divide(in_part, args.perPart), tile = in_part, matrix = divide(tile, args.tiles);
    i64 c = (tile * args.across + across) * W;
    i64 total = args.outer * args.rows.d, from = p * args.part, to = min_(from + args.part, total);
    float sum[W];
#pragma unroll
    for (int k = 0; k < W; k++) sum[k] = Op::identity();
    if (c < args.columns) {
      for (i64 e = from + member; e < to; e += members) {
        i64 r = e, o = args.outer == 1 ? 0 : divide(r, args.rows);
        const T* x = (const T*)args.x + ((o * args.matrices + matrix) * args.rows.d + r) * args.columns + c;
        if (W == 1) {
          sum[0] = Op::combine(sum[0], Op::map(load(x)));
        } else {
          float v[Width<T>::value];
          ldg_pack(x, v);
#pragma unroll
          for (int k = 0; k < W; k++) sum[k] = Op::combine(sum[k], Op::map(v[k]));
        }
      }
    }
    for (int half = members / 2; half; half /= 2) {
      // The upper half hands over, the lower half takes.
      if (member >= half && member < 2 * half) {
#pragma unroll
        for (int k = 0; k < W; k++) meet[k * Threads + tidx()] = sum[k];
      }
      sync();
      if (member < half) {
#pragma unroll
        for (int k = 0; k < W; k++) sum[k] = Op::combine(sum[k], meet[k * Threads + tidx() + half * args.across]);
      }
    }
    sync();
    if (member == 0 && c < args.columns) {
      i64 to_y = (p * args.matrices + matrix) * args.columns + c;
#pragma unroll
      for (int k = 0; k < W; k++) put(args.y, to_y + k, sum[k], args.toBf16);
    }
  }
}

template<class T, class Op> DEV void any_columns(const ColumnsArgs& args) {
  __shared__ float meet[Threads * Width<T>::value];
  if (args.packed) columns<T, Op, Width<T>::value>(args, meet);
  else columns<T, Op, 1>(args, meet);
}

#define REDUCE(name, Op)                                                                                  \
  KERNEL name##_rows_f32(const RowsArgs args) { rows<float, Op>(args); }                                  \
  KERNEL name##_rows_bf16(const RowsArgs args) { rows<bf16, Op>(args); }                                  \
  KERNEL name##_rows_f16(const RowsArgs args) { rows<f16, Op>(args); }                                    \
  KERNEL name##_columns_f32(const ColumnsArgs args) { any_columns<float, Op>(args); }                     \
  KERNEL name##_columns_bf16(const ColumnsArgs args) { any_columns<bf16, Op>(args); }                     \
  KERNEL name##_columns_f16(const ColumnsArgs args) { any_columns<f16, Op>(args); }
REDUCE(sum, Sum)
REDUCE(sum_of_squares, SumOfSquares)
REDUCE(max, Max)
REDUCE(min, Min)
REDUCE(product, Product)

KERNEL log_sum_exp_f32(const LogSumExpArgs args) { log_sum_exp<float>(args); }
KERNEL log_sum_exp_bf16(const LogSumExpArgs args) { log_sum_exp<bf16>(args); }

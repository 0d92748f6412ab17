// y = sums of x along an axis up to and with each element, from the front or from the back. Overwrites; y may be x.
//
// x and y are (outer, length, inner). Sums are carried in double precision, or in 64 bits of an integer type, and rounded once an
// element, so that their order hardly shows. columns: a thread walks a line; its neighbours walk the neighbouring ones. rows
// (inner is 1): a block takes a line, in tiles of 8 consecutive elements a thread, whose totals meet in shared memory. Bytes
// moved: each element is read once and written once.
#include "divide.cuh"

struct CumSumArgs {
  const void* x;
  void* y;
  i64 lines;       // outer * inner
  i64 length;
  Divisor inner;
  int backwards;
};

DEV double wide(float x) { return (double)x; }
DEV double wide(double x) { return x; }
DEV i64 wide(int x) { return (i64)x; }
DEV i64 wide(i64 x) { return x; }
DEV void narrow(double x, float& y) { y = (float)x; }
DEV void narrow(double x, double& y) { y = x; }
DEV void narrow(i64 x, int& y) { y = (int)x; }
DEV void narrow(i64 x, i64& y) { y = x; }

template<class T, class A> DEV void columns(const CumSumArgs& args) {
  GRID_STRIDE(line, args.lines) {
    i64 i = line, o = divide(i, args.inner), step = args.inner.d, at = o * args.length * step + i;
    if (args.backwards) {
      at += (args.length - 1) * step;
      step = -step;
    }
    A sum = 0;
    for (i64 k = 0; k < args.length; k++, at += step) {
      sum += wide(((const T*)args.x)[at]);
      narrow(sum, ((T*)args.y)[at]);
    }
  }
}

const int Threads = 256, Each = 8;

template<class T, class A> DEV void rows(const CumSumArgs& args) {
  __shared__ A meet[2][Threads];
  int t = (int)tidx();
  for (i64 line = bidx(); line < args.lines; line += gdimx()) {
    const T* x = (const T*)args.x + line * args.length;
    T* y = (T*)args.y + line * args.length;
    A before = 0;
    for (i64 from = 0; from < args.length; from += Threads * Each) {
      A own[Each], sum = 0;
#pragma unroll
      for (int k = 0; k < Each; k++) {
        i64 at = from + t * Each + k;
        if (at < args.length) sum += wide(x[args.backwards ? args.length - 1 - at : at]);
        own[k] = sum;
      }
      // Each thread's total becomes the sum of those up to it, over distances that double.
      int page = 0;
      meet[0][t] = sum;
      sync();
      for (int d = 1; d < Threads; d *= 2, page ^= 1) {
        meet[page ^ 1][t] = t >= d ? meet[page][t - d] + meet[page][t] : meet[page][t];
        sync();
      }
      A lead = t > 0 ? before + meet[page][t - 1] : before;
      before += meet[page][Threads - 1];
#pragma unroll
      for (int k = 0; k < Each; k++) {
        i64 at = from + t * Each + k;
        if (at < args.length) narrow(lead + own[k], y[args.backwards ? args.length - 1 - at : at]);
      }
      sync();
    }
  }
}

KERNEL cum_sum_columns_f32(const CumSumArgs args) { columns<float, double>(args); }
KERNEL cum_sum_columns_f64(const CumSumArgs args) { columns<double, double>(args); }
KERNEL cum_sum_columns_i32(const CumSumArgs args) { columns<int, i64>(args); }
KERNEL cum_sum_columns_i64(const CumSumArgs args) { columns<i64, i64>(args); }
KERNEL cum_sum_rows_f32(const CumSumArgs args) { rows<float, double>(args); }
KERNEL cum_sum_rows_f64(const CumSumArgs args) { rows<double, double>(args); }
KERNEL cum_sum_rows_i32(const CumSumArgs args) { rows<int, i64>(args); }
KERNEL cum_sum_rows_i64(const CumSumArgs args) { rows<i64, i64>(args); }

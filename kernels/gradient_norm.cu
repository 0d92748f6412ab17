// norm = sqrt(sum of the squares of all elements of many arrays), F32, in one launch. Overwrites.
// A block sums Chunk elements of one array, found in the table of first blocks that came with the arguments: single precision
// within a thread, double across threads and blocks, so that the sum neither drifts nor overflows early. The last block to finish
// adds the blocks' sums in their order: the result repeats bit by bit. Bytes moved an element: 4.
#include "common.cuh"

const int Chunk = 16384, MostArrays = 200, Threads = 256;

struct GradientNormArgs {
  double* sums;            // one a block, of all launches
  float* norm;
  int* arrivals;           // 0 before and after; null where a later launch adds up
  int before;              // blocks of earlier launches
  int arrays;
  int first[MostArrays];   // first block of each array, rising
  const float* x[MostArrays];
  i64 count[MostArrays];
};

// The threads' values in a fixed tree; thread 0 gets the sum.
DEV double block_sum_double(double v) {
  __shared__ double part[Threads];
  int t = (int)tidx();
  part[t] = v;
  for (int half = Threads / 2; half; half /= 2) {
    sync();
    if (t < half) part[t] = v += part[t + half];
  }
  return v;
}

DEV float squares(const float* x, i64 count) {
  float sum[4] = {0.0f, 0.0f, 0.0f, 0.0f};
  i64 i = 0;
  if (aligned16(x)) {
    for (i = 4 * tidx(); i + 4 <= count; i += 4 * Threads) {
      float v[4];
      ldg_pack(x + i, v);
#pragma unroll
      for (int k = 0; k < 4; k++) sum[k] = fma_(v[k], v[k], sum[k]);
    }
    i = count & ~(i64)3;
  }
  for (i += tidx(); i < count; i += Threads) sum[0] = fma_(x[i], x[i], sum[0]);
  return sum[0] + sum[1] + (sum[2] + sum[3]);
}

KERNEL __launch_bounds__(Threads) gradient_norm_f32(GradientNormArgs a) {
  __shared__ int last;
  int block = (int)bidx();
  float sum = 0.0f;
  if (a.arrays > 0) {
    int low = 0, high = a.arrays - 1;
    while (low < high) {
      int middle = (low + high + 1) / 2;
      if (a.first[middle] <= block) low = middle;
      else high = middle - 1;
    }
    i64 start = (i64)(block - a.first[low]) * Chunk;
    sum = squares(a.x[low] + start, min_(Chunk, a.count[low] - start));
  }
  double total = block_sum_double(sum);
  if (tidx() == 0) {
    a.sums[a.before + block] = total;
    last = 0;
    if (a.arrivals) {
      fence_gpu();
      last = atomic_add_i(a.arrivals, 1) == (int)gdimx() - 1;
      fence_gpu();
    }
  }
  sync();
  if (!last) return;
  double share = 0.0;
  for (int i = (int)tidx(); i < a.before + (int)gdimx(); i += Threads) share += a.sums[i];
  total = block_sum_double(share);
  if (tidx() != 0) return;
  *a.norm = sqrt_((float)total);
  *a.arrivals = 0;
}

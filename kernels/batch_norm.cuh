// How the batch norm's kernels walk x as a matrix (groups * rows, C). Neighbouring lanes take neighbouring units of
// channels, 2^lanes_log of them a block; the block's other threads take other rows. A task is some rows of one group for one
// tile of channels.
#pragma once
#include "unit.cuh"

static const int NORM_THREADS = 256;

struct NormMap {
  i64 tasks;                // of all tiles of channels
  i64 rows, rows_per_task;  // rows of a group; a task's, but for the last of a group
  Divisor tiles, chunks;    // tiles of channels; tasks of a group
  int channels, units, lanes_log, unused;
};

struct NormTask {
  i64 task, group, first, last;  // number among those of one tile; rows of the group, [first, last) for the block
  int unit, sub;                 // this thread's unit of channels, and its row within the block
  bool active;                   // whether that unit exists
};

DEV NormTask norm_task(const NormMap& m, i64 number) {
  NormTask t;
  i64 tile = number;
  t.task = divide(tile, m.tiles);
  i64 chunk = t.task;
  t.group = divide(chunk, m.chunks);
  t.first = chunk * m.rows_per_task;
  t.last = min_(t.first + m.rows_per_task, m.rows);
  t.unit = ((int)tile << m.lanes_log) + ((int)tidx() & ((1 << m.lanes_log) - 1));
  t.sub = (int)tidx() >> m.lanes_log;
  t.active = t.unit < m.units;
  return t;
}

// A row of gamma or beta at a unit; with a class that does not exist, NaN.
template<int V> DEV void load_affine(const float* table, const int* classes, int class_count, i64 group, int channels,
    int unit, float (&v)[V]) {
  int row = classes ? classes[group] : 0;
  bool valid = row >= 0 && row < class_count;
#pragma unroll
  for (int k = 0; k < V; k++) v[k] = valid ? table[(i64)row * channels + unit * V + k] : u2f(0x7fc00000u);
}

template<int V> DEV void load_channels(const float* p, int unit, float (&v)[V]) {
#pragma unroll
  for (int k = 0; k < V; k++) v[k] = p[unit * V + k];
}

// ---- merging partial results: 32 neighbouring channels by 16 threads ------------------------------------------------
static const int MERGE_THREADS = 512;
static const int MERGE_SUBS = MERGE_THREADS / 32;

// The sum over a channel's 16 threads, which all get it; every thread of the block must arrive.
DEV double merge_sum(double v) {
  __shared__ double part[MERGE_THREADS];
  u32 t = tidx();
  part[t] = v;
  sync();
  for (u32 half = MERGE_THREADS / 2; half >= 32; half >>= 1) {
    if (t < half) part[t] += part[t + half];
    sync();
  }
  v = part[t & 31];
  sync();
  return v;
}

#if defined(__clang__)
DEV double sqrt_double(double x) { return __nvvm_sqrt_rn_d(x); }
#else
DEV double sqrt_double(double x) { return __dsqrt_rn(x); }
#endif

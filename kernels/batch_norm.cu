// Batch norm with the batch's statistics. x, y (M, C): mean and variance of each column; y = gamma * (x - mean) * inv_std + beta,
// then ReLU if asked for. With classes each of the N groups of M / N rows (an image) has its row of gamma and beta. Everything is
// overwritten but the running statistics: r = (1 - momentum) * r + momentum * batch. Three launches:
//
// 1. batch_norm_sums: a task's sum and its squared deviations from its own mean, of x - x[0]: that takes a large common mean
//    out before anything is rounded. A thread joins four rows at a time to what it has (Chan et al. 1979: with counts n and
//    m, means a and b,
//    M2 = M2a + M2b + (a - b)² n m / (n + m)), and the block's threads are joined alike in a tree, so that neither an outlier nor
//    a drift cancels digits.
// 2. batch_norm_merge: 32 channels a block, in double: the mean, then the squares around it.
// 3. batch_norm_apply: tasks in reverse, since the end of x is what the L2 cache still holds.
// The *_wide kernels move 16 bytes of channels a thread (C a multiple of those, arrays aligned). No atomics: equal runs
// give equal bits.
//
// Moves x twice and y once: 12 bytes an element in F32, 6 in BF16; (64, 32, 32, 256) in BF16 is 101 MB, 34 us at 3 TB/s (22 us
// where x stays in L2).
#include "batch_norm.cuh"

struct BatchNormArgs {
  const void* x;
  void* y;
  const float* gamma;
  const float* beta;
  const int* classes;
  float* mean;
  float* inv_std;
  float* running_mean;
  float* running_var;
  float* partial;  // per task C sums, then C squares
  NormMap map;     // of groups in apply, of all rows in the others
  float epsilon, momentum;
  int class_count, relu;
};

// What is taken from a channel before it is summed: its first value, where that is finite.
template<class T, int V> DEV void load_shift(const T* x, int unit, float (&shift)[V]) {
  load_unit(x + unit * V, shift);
#pragma unroll
  for (int k = 0; k < V; k++) shift[k] = abs_(shift[k]) < inf_() ? shift[k] : 0.0f;
}

// n values of a column that sum to sum, with squared deviations m2 from their mean.
template<int V> struct Moments { int n; float sum[V], m2[V]; };

// Joins Rows (1 or 4) rows, so many elements apart.
template<int Rows, class T, int V> DEV void join_rows(Moments<V>& m, const T* x, i64 step, const float (&shift)[V]) {
  float v[Rows][V];
#pragma unroll
  for (int r = 0; r < Rows; r++) load_unit(x + r * step, v[r]);
  float inv = m.n ? 1.0f / (float)m.n : 0.0f, weight = (float)m.n * Rows / (float)(m.n + Rows);
#pragma unroll
  for (int k = 0; k < V; k++) {
    float s = 0, q = 0;
#pragma unroll
    for (int r = 0; r < Rows; r++) {
      v[r][k] -= shift[k];
      s += v[r][k];
    }
    float mean = s * (1.0f / Rows);
#pragma unroll
    for (int r = 0; r < Rows; r++) {
      float d = v[r][k] - mean;
      q = fma_(d, d, q);
    }
    float d = fma_(m.sum[k], -inv, mean);
    m.m2[k] = fma_(d * d, weight, m.m2[k] + q);
    m.sum[k] += s;
  }
  m.n += Rows;
}

// Joins the block's threads of one unit; those with sub 0 have the result.
template<int V> DEV void join_block(Moments<V>& m, int lanes_log) {
  __shared__ float sums[V * NORM_THREADS];
  __shared__ float squares[V * NORM_THREADS];
  __shared__ int counts[NORM_THREADS];
  int t = (int)tidx();
  for (int half = NORM_THREADS / 2; half >= 1 << lanes_log; half >>= 1) {
    if (t >= half && t < 2 * half) {
      counts[t] = m.n;
#pragma unroll
      for (int k = 0; k < V; k++) {
        sums[k * NORM_THREADS + t] = m.sum[k];
        squares[k * NORM_THREADS + t] = m.m2[k];
      }
    }
    sync();
    int other = t + half, n = t < half ? counts[other] : 0;
    if (n) {
      float inv_n = 1.0f / (float)n, inv = m.n ? 1.0f / (float)m.n : 0.0f, weight = (float)m.n * (float)n / (float)(m.n + n);
#pragma unroll
      for (int k = 0; k < V; k++) {
        float sum = sums[k * NORM_THREADS + other], d = m.sum[k] * inv - sum * inv_n;
        m.m2[k] = fma_(d * d, weight, m.m2[k] + squares[k * NORM_THREADS + other]);
        m.sum[k] += sum;
      }
      m.n += n;
    }
    sync();
  }
}

template<class T, int V> DEV void norm_sums(const BatchNormArgs& a) {
  const T* x = (const T*)a.x;
  const NormMap& map = a.map;
  i64 channels = map.channels;
  int step = NORM_THREADS >> map.lanes_log;
  for (i64 number = bidx(); number < map.tasks; number += gdimx()) {
    NormTask t = norm_task(map, number);
    Moments<V> m = {0, {}, {}};
    if (t.active) {
      float shift[V];
      load_shift(x, t.unit, shift);
      i64 row = t.first + t.sub;
      for (; row + 3 * step < t.last; row += 4 * step) join_rows<4>(m, x + row * channels + t.unit * V, step * channels, shift);
      for (; row < t.last; row += step) join_rows<1>(m, x + row * channels + t.unit * V, step * channels, shift);
    }
    join_block(m, map.lanes_log);
    if (t.active && t.sub == 0) {
      float* to = a.partial + 2 * t.task * channels + t.unit * V;
#pragma unroll
      for (int k = 0; k < V; k++) {
        to[k] = m.sum[k];
        to[channels + k] = m.m2[k];
      }
    }
  }
}

template<class T> DEV void norm_merge(const BatchNormArgs& a) {
  const NormMap& map = a.map;
  i64 channels = map.channels, tasks = map.chunks.d, last_rows = map.rows - (tasks - 1) * map.rows_per_task;
  double inv = 1.0 / (double)map.rows_per_task, last_inv = 1.0 / (double)last_rows, rows = (double)map.rows;
  int sub = (int)tidx() >> 5;
  for (i64 tile = bidx(); tile * 32 < channels; tile += gdimx()) {
    i64 c = tile * 32 + (tidx() & 31);
    bool active = c < channels;
    const float* partial = a.partial + c;
    double sum = 0, squares = 0;
    if (active) for (i64 i = sub; i < tasks; i += MERGE_SUBS) sum += partial[2 * i * channels];
    double mean = merge_sum(sum) / rows;
    if (active) {
      for (i64 i = sub; i < tasks; i += MERGE_SUBS) {
        bool last = i == tasks - 1;
        double d = partial[2 * i * channels] * (last ? last_inv : inv) - mean;
        squares += partial[(2 * i + 1) * channels] + d * d * (double)(last ? last_rows : map.rows_per_task);
      }
    }
    squares = merge_sum(squares);
    if (active && sub == 0) {
      float shift[1];
      load_shift((const T*)a.x, (int)c, shift);
      mean += shift[0];
      a.mean[c] = (float)mean;
      a.inv_std[c] = (float)(1.0 / sqrt_double(squares / rows + a.epsilon));
      double momentum = a.momentum;
      a.running_mean[c] = (float)((1 - momentum) * a.running_mean[c] + momentum * mean);
      a.running_var[c] = (float)((1 - momentum) * a.running_var[c] + momentum * (squares / (rows - 1)));
    }
  }
}

// Rows rows of y, so many elements apart; all loads come first, since y may be x.
template<int Rows, class T, int V> DEV void apply_rows(const T* x, T* y, i64 step, const float (&mean)[V],
    const float (&scale)[V], const float (&beta)[V], int relu) {
  float v[Rows][V];
#pragma unroll
  for (int r = 0; r < Rows; r++) load_unit(x + r * step, v[r]);
#pragma unroll
  for (int r = 0; r < Rows; r++) {
#pragma unroll
    for (int k = 0; k < V; k++) {
      v[r][k] = fma_(v[r][k] - mean[k], scale[k], beta[k]);
      if (relu && v[r][k] <= 0) v[r][k] = 0;
    }
    store_unit(y + r * step, v[r]);
  }
}

template<class T, int V> DEV void norm_apply(const BatchNormArgs& a) {
  const NormMap& map = a.map;
  i64 channels = map.channels;
  int step = NORM_THREADS >> map.lanes_log;
  for (i64 number = bidx(); number < map.tasks; number += gdimx()) {
    NormTask t = norm_task(map, map.tasks - 1 - number);
    if (!t.active) continue;
    float mean[V], scale[V], beta[V], inv_std[V];
    load_channels(a.mean, t.unit, mean);
    load_channels(a.inv_std, t.unit, inv_std);
    load_affine(a.gamma, a.classes, a.class_count, t.group, map.channels, t.unit, scale);
    load_affine(a.beta, a.classes, a.class_count, t.group, map.channels, t.unit, beta);
#pragma unroll
    for (int k = 0; k < V; k++) scale[k] *= inv_std[k];
    i64 start = t.group * map.rows * channels + t.unit * V, row = t.first + t.sub;
    const T* x = (const T*)a.x + start;
    T* y = (T*)a.y + start;
    for (; row + 3 * step < t.last; row += 4 * step)
      apply_rows<4>(x + row * channels, y + row * channels, step * channels, mean, scale, beta, a.relu);
    for (; row < t.last; row += step)
      apply_rows<1>(x + row * channels, y + row * channels, step * channels, mean, scale, beta, a.relu);
  }
}

KERNEL __launch_bounds__(256) batch_norm_sums_f32(BatchNormArgs a) { norm_sums<float, 1>(a); }
KERNEL __launch_bounds__(256) batch_norm_sums_bf16(BatchNormArgs a) { norm_sums<bf16, 1>(a); }
KERNEL __launch_bounds__(256) batch_norm_sums_wide_f32(BatchNormArgs a) { norm_sums<float, 4>(a); }
KERNEL __launch_bounds__(256) batch_norm_sums_wide_bf16(BatchNormArgs a) { norm_sums<bf16, 8>(a); }
KERNEL __launch_bounds__(512) batch_norm_merge_f32(BatchNormArgs a) { norm_merge<float>(a); }
KERNEL __launch_bounds__(512) batch_norm_merge_bf16(BatchNormArgs a) { norm_merge<bf16>(a); }
KERNEL __launch_bounds__(256) batch_norm_apply_f32(BatchNormArgs a) { norm_apply<float, 1>(a); }
KERNEL __launch_bounds__(256) batch_norm_apply_bf16(BatchNormArgs a) { norm_apply<bf16, 1>(a); }
KERNEL __launch_bounds__(256) batch_norm_apply_wide_f32(BatchNormArgs a) { norm_apply<float, 4>(a); }
KERNEL __launch_bounds__(256) batch_norm_apply_wide_bf16(BatchNormArgs a) { norm_apply<bf16, 8>(a); }

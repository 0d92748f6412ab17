// Batch norm's backward, with ReLU's mask fused: d = x - mean, xhat = d * inv_std; where the forward's ReLU put a zero (d *
// (gamma * inv_std) + beta <= 0, rounded as there) dy counts as 0. dbeta = sum dy, dgamma = sum dy * xhat, and over all M rows dx
// = inv_std * (gamma * dy - mean(gamma * dy) - xhat * mean(gamma * dy * xhat)). With classes gamma, beta, dgamma and dbeta are
// (K, C), one row for each of the N groups of M / N rows; the sums of dgamma and dbeta are over the groups of a class. All
// overwritten. Three launches:
//
// 1. batch_norm_backward_sums: a task's sums of dy and dy * d.
// 2. batch_norm_backward_merge, or _merge_classes: dbeta and dgamma, and the two numbers a channel that the last launch needs, in
//    double, in a fixed order: no atomics, equal runs give equal bits.
// 3. batch_norm_backward_apply: dx, with tasks in reverse, since the end of x and dy is what the L2 cache still holds.
// The *_wide kernels move 16 bytes of channels a thread (C a multiple of those, arrays aligned).
//
// Moves x and dy twice and dx once: 20 bytes an element in F32, 10 in BF16; (64, 32, 32, 256) in BF16 is 168 MB, 56 us at 3 TB/s.
#include "batch_norm.cuh"

struct BatchNormBackwardArgs {
  const void* x;
  const void* dy;
  void* dx;
  const float* gamma;
  const float* beta;
  const int* classes;
  const float* mean;
  const float* inv_std;
  float* dgamma;
  float* dbeta;
  float* partial;       // per task C sums of dy, then C of dy * d
  float* coefficients;  // C of inv_std * mean(gamma * dy), then C of inv_std² * mean(gamma * dy * xhat)
  NormMap map;
  i64 groups;
  int class_count, relu;
};

// The constants of a unit.
template<int V> struct Channels { float mean[V], scale[V], beta[V]; };

template<int V> DEV void load_constants(const BatchNormBackwardArgs& a, const NormTask& t, Channels<V>& c) {
  float inv_std[V];
  load_channels(a.mean, t.unit, c.mean);
  load_channels(a.inv_std, t.unit, inv_std);
  load_affine(a.gamma, a.classes, a.class_count, t.group, a.map.channels, t.unit, c.scale);
  load_affine(a.beta, a.classes, a.class_count, t.group, a.map.channels, t.unit, c.beta);
#pragma unroll
  for (int k = 0; k < V; k++) c.scale[k] *= inv_std[k];
}

// x becomes d, dy is masked.
template<class T, int V> DEV void load_row(const BatchNormBackwardArgs& a, const Channels<V>& c, i64 at,
    float (&d)[V], float (&dy)[V]) {
  load_unit((const T*)a.x + at, d);
  load_unit((const T*)a.dy + at, dy);
#pragma unroll
  for (int k = 0; k < V; k++) {
    d[k] -= c.mean[k];
    if (a.relu && fma_(d[k], c.scale[k], c.beta[k]) <= 0) dy[k] = 0;
  }
}

template<class T, int V> DEV void backward_sums(const BatchNormBackwardArgs& a) {
  __shared__ float part[2 * V * NORM_THREADS];
  const NormMap& map = a.map;
  i64 channels = map.channels;
  int thread = (int)tidx(), step = NORM_THREADS >> map.lanes_log;
  for (i64 number = bidx(); number < map.tasks; number += gdimx()) {
    NormTask t = norm_task(map, number);
    float sum[V] = {}, product[V] = {};
    if (t.active) {
      Channels<V> c;
      load_constants(a, t, c);
#pragma unroll 4
      for (i64 row = t.first + t.sub; row < t.last; row += step) {
        float d[V], dy[V];
        load_row<T>(a, c, (t.group * map.rows + row) * channels + t.unit * V, d, dy);
#pragma unroll
        for (int k = 0; k < V; k++) {
          sum[k] += dy[k];
          product[k] = fma_(dy[k], d[k], product[k]);
        }
      }
    }
    // The block's threads of one unit are added in a tree; the upper half hands over to the lower.
    for (int half = NORM_THREADS / 2; half >= 1 << map.lanes_log; half >>= 1) {
      if (thread >= half && thread < 2 * half) {
#pragma unroll
        for (int k = 0; k < V; k++) {
          part[2 * k * NORM_THREADS + thread] = sum[k];
          part[(2 * k + 1) * NORM_THREADS + thread] = product[k];
        }
      }
      sync();
      if (thread < half) {
#pragma unroll
        for (int k = 0; k < V; k++) {
          sum[k] += part[2 * k * NORM_THREADS + thread + half];
          product[k] += part[(2 * k + 1) * NORM_THREADS + thread + half];
        }
      }
      sync();
    }
    if (t.active && t.sub == 0) {
      float* to = a.partial + 2 * t.task * channels + t.unit * V;
#pragma unroll
      for (int k = 0; k < V; k++) {
        to[k] = sum[k];
        to[channels + k] = product[k];
      }
    }
  }
}

// The sums of gamma * dy and gamma * dy * d over all rows of channel c.
DEV void set_coefficients(const BatchNormBackwardArgs& a, i64 c, double sum, double product) {
  double inv_std = a.inv_std[c], rows = (double)a.map.rows * (double)a.groups;
  a.coefficients[c] = (float)(inv_std * sum / rows);
  a.coefficients[a.map.channels + c] = (float)(inv_std * inv_std * inv_std * product / rows);
}

KERNEL __launch_bounds__(512) batch_norm_backward_merge_f32(BatchNormBackwardArgs a) {
  i64 channels = a.map.channels, tasks = a.map.chunks.d;
  int sub = (int)tidx() >> 5;
  for (i64 tile = bidx(); tile * 32 < channels; tile += gdimx()) {
    i64 c = tile * 32 + (tidx() & 31);
    double sum = 0, product = 0;
    if (c < channels) {
      for (i64 i = sub; i < tasks; i += MERGE_SUBS) {
        sum += a.partial[2 * i * channels + c];
        product += a.partial[(2 * i + 1) * channels + c];
      }
    }
    sum = merge_sum(sum);
    product = merge_sum(product);
    if (c < channels && sub == 0) {
      a.dbeta[c] = (float)sum;
      a.dgamma[c] = (float)(product * a.inv_std[c]);
      set_coefficients(a, c, sum * a.gamma[c], product * a.gamma[c]);
    }
  }
}

// Block (x, y): 32 channels, 16 classes, one to a warp; the blocks of the first classes also weigh all groups.
KERNEL __launch_bounds__(512) batch_norm_backward_merge_classes_f32(BatchNormBackwardArgs a) {
  i64 channels = a.map.channels, chunks = a.map.chunks.d;
  int sub = (int)tidx() >> 5, k = (int)bidy() * MERGE_SUBS + sub;
  for (i64 tile = bidx(); tile * 32 < channels; tile += gdimx()) {
    i64 c = tile * 32 + (tidx() & 31);
    double sum = 0, product = 0;
    if (c < channels && k < a.class_count) {
      for (i64 g = 0; g < a.groups; g++) {
        if (a.classes[g] != k) continue;
        for (i64 i = g * chunks; i < (g + 1) * chunks; i++) {
          sum += a.partial[2 * i * channels + c];
          product += a.partial[(2 * i + 1) * channels + c];
        }
      }
      a.dbeta[k * channels + c] = (float)sum;
      a.dgamma[k * channels + c] = (float)(product * a.inv_std[c]);
    }
    if (bidy() > 0) continue;
    sum = product = 0;
    if (c < channels) {
      for (i64 i = sub; i < a.groups * chunks; i += MERGE_SUBS) {
        i64 chunk = i;
        float gamma[1];
        load_affine(a.gamma, a.classes, a.class_count, divide(chunk, a.map.chunks), (int)channels, (int)c, gamma);
        sum += (double)gamma[0] * a.partial[2 * i * channels + c];
        product += (double)gamma[0] * a.partial[(2 * i + 1) * channels + c];
      }
    }
    sum = merge_sum(sum);
    product = merge_sum(product);
    if (c < channels && sub == 0) set_coefficients(a, c, sum, product);
  }
}

// Rows rows of dx from element at on, so many elements apart; all loads come first, since dx may be dy.
template<int Rows, class T, int V> DEV void apply_rows(const BatchNormBackwardArgs& a, i64 at, i64 step, const Channels<V>& c,
    const float (&mean_dy)[V], const float (&mean_product)[V]) {
  float d[Rows][V], dy[Rows][V];
#pragma unroll
  for (int r = 0; r < Rows; r++) load_row<T>(a, c, at + r * step, d[r], dy[r]);
#pragma unroll
  for (int r = 0; r < Rows; r++) {
#pragma unroll
    for (int k = 0; k < V; k++) dy[r][k] = c.scale[k] * dy[r][k] - fma_(d[r][k], mean_product[k], mean_dy[k]);
    store_unit((T*)a.dx + at + r * step, dy[r]);
  }
}

template<class T, int V> DEV void backward_apply(const BatchNormBackwardArgs& a) {
  const NormMap& map = a.map;
  i64 channels = map.channels;
  int step = NORM_THREADS >> map.lanes_log;
  for (i64 number = bidx(); number < map.tasks; number += gdimx()) {
    NormTask t = norm_task(map, map.tasks - 1 - number);
    if (!t.active) continue;
    Channels<V> c;
    float mean_dy[V], mean_product[V];
    load_constants(a, t, c);
    load_channels(a.coefficients, t.unit, mean_dy);
    load_channels(a.coefficients + channels, t.unit, mean_product);
    i64 start = t.group * map.rows * channels + t.unit * V, row = t.first + t.sub;
    for (; row + step < t.last; row += 2 * step)
      apply_rows<2, T>(a, start + row * channels, step * channels, c, mean_dy, mean_product);
    for (; row < t.last; row += step) apply_rows<1, T>(a, start + row * channels, step * channels, c, mean_dy, mean_product);
  }
}

KERNEL __launch_bounds__(256) batch_norm_backward_sums_f32(BatchNormBackwardArgs a) { backward_sums<float, 1>(a); }
KERNEL __launch_bounds__(256) batch_norm_backward_sums_bf16(BatchNormBackwardArgs a) { backward_sums<bf16, 1>(a); }
KERNEL __launch_bounds__(256) batch_norm_backward_sums_wide_f32(BatchNormBackwardArgs a) { backward_sums<float, 4>(a); }
KERNEL __launch_bounds__(256) batch_norm_backward_sums_wide_bf16(BatchNormBackwardArgs a) { backward_sums<bf16, 8>(a); }
KERNEL __launch_bounds__(256) batch_norm_backward_apply_f32(BatchNormBackwardArgs a) { backward_apply<float, 1>(a); }
KERNEL __launch_bounds__(256) batch_norm_backward_apply_bf16(BatchNormBackwardArgs a) { backward_apply<bf16, 1>(a); }
KERNEL __launch_bounds__(256) batch_norm_backward_apply_wide_f32(BatchNormBackwardArgs a) { backward_apply<float, 4>(a); }
KERNEL __launch_bounds__(256) batch_norm_backward_apply_wide_bf16(BatchNormBackwardArgs a) { backward_apply<bf16, 8>(a); }

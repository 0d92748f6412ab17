// Softmax cross-entropy of logits (N, K), a label a row; logits and dlogits F32 or BF16, the rest F32.
//   losses[i]  = log(sum_j exp(x[j] - max)) + (max - x[label])
//   correct[i] = first maximum is the label (a NaN counts as the maximum)
//   dlogits[i] = (exp(x - max) / sum - onehot(label)) * dlosses[i]   all overwrite; dlogits may be logits
// A warp a row, lanes over the classes, so that four classes cost as little as one and a thousand are read in whole cache lines,
// by the element or by 16 bytes (*_wide: rows of whole 16 bytes, arrays aligned); the row's later passes hit the first-level
// cache. A label outside [0, K) gives NaN: a kernel cannot throw, as the CPU does. Bytes moved a logit: 4 forward (2 in BF16), 8
// backward (4), and 8 to 12 a row: launch-bound at any batch of a GAN.
#include "math.cuh"
#include "unit.cuh"

struct CrossEntropyArgs {
  const void* logits;
  const int* labels;
  const float* dlosses;
  float* losses;
  float* correct;
  void* dlogits;
  i64 rows;
  i64 classes;
};

DEV float not_a_number() { return u2f(0x7fffffffu); }

// Order of floats as unsigned integers, zeros of both signs equal, NaN above all.
DEV u32 rank(float x) {
  u32 bits = f2u(x + 0.0f);
  return is_nan(x) ? 0xffffffffu : bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

// The largest but NaN, which the sum of exponentials brings in.
template<class T, int V> DEV float row_max(const T* x, i64 classes) {
  float top = -inf_();
  for (i64 j = (tidx() & 31) * V; j < classes; j += 32 * V) {
    float v[V];
    load_unit(x + j, v);
#pragma unroll
    for (int k = 0; k < V; k++) top = v[k] > top ? v[k] : top;
  }
  return warp_max(top);
}

template<class T, int V> DEV float row_sum(const T* x, i64 classes, float top) {
  float sum = 0.0f;
  for (i64 j = (tidx() & 31) * V; j < classes; j += 32 * V) {
    float v[V];
    load_unit(x + j, v);
#pragma unroll
    for (int k = 0; k < V; k++) sum += exp_(v[k] - top);
  }
  return warp_sum(sum);
}

// Classes are an int on the host, so that 32 bits hold the index.
template<class T, int V> DEV int first_maximum(const T* x, i64 classes) {
  u32 best = 0;
  int at = 0x7fffffff;
  for (i64 j = (tidx() & 31) * V; j < classes; j += 32 * V) {
    float v[V];
    load_unit(x + j, v);
#pragma unroll
    for (int k = 0; k < V; k++) {
      u32 r = rank(v[k]);
      if (r > best) { best = r; at = (int)j + k; }
    }
  }
  for (int m = 16; m; m >>= 1) {
    u32 other = (u32)shfl_xor_i((int)best, m);
    int where = shfl_xor_i(at, m);
    if (other > best || (other == best && where < at)) { best = other; at = where; }
  }
  return at;
}

template<class T, int V> DEV void forward(const CrossEntropyArgs& a) {
  for (i64 row = grid_first() >> 5; row < a.rows; row += grid_step() >> 5) {
    const T* x = (const T*)a.logits + row * a.classes;
    int label = a.labels[row];
    bool known = label >= 0 && label < a.classes;
    float top = row_max<T, V>(x, a.classes), sum = row_sum<T, V>(x, a.classes, top);
    int at = a.correct ? first_maximum<T, V>(x, a.classes) : 0;
    if ((tidx() & 31) != 0) continue;
    a.losses[row] = known ? log_(sum) + (top - load(x + label)) : not_a_number();
    if (a.correct) a.correct[row] = at == label ? 1.0f : 0.0f;
  }
}

template<class T, int V> DEV void backward(const CrossEntropyArgs& a) {
  for (i64 row = grid_first() >> 5; row < a.rows; row += grid_step() >> 5) {
    const T* x = (const T*)a.logits + row * a.classes;
    T* dx = (T*)a.dlogits + row * a.classes;
    int label = a.labels[row];
    float d = label >= 0 && label < a.classes ? a.dlosses[row] : not_a_number();
    float top = row_max<T, V>(x, a.classes), sum = row_sum<T, V>(x, a.classes, top);
    for (i64 j = (tidx() & 31) * V; j < a.classes; j += 32 * V) {
      float v[V];
      load_unit(x + j, v);
#pragma unroll
      for (int k = 0; k < V; k++) v[k] = (exp_(v[k] - top) / sum - (j + k == label ? 1.0f : 0.0f)) * d;
      store_unit(dx + j, v);
    }
  }
}

KERNEL __launch_bounds__(256) cross_entropy_forward_f32(CrossEntropyArgs a) { forward<float, 1>(a); }
KERNEL __launch_bounds__(256) cross_entropy_forward_bf16(CrossEntropyArgs a) { forward<bf16, 1>(a); }
KERNEL __launch_bounds__(256) cross_entropy_forward_wide_f32(CrossEntropyArgs a) { forward<float, 4>(a); }
KERNEL __launch_bounds__(256) cross_entropy_forward_wide_bf16(CrossEntropyArgs a) { forward<bf16, 8>(a); }
KERNEL __launch_bounds__(256) cross_entropy_backward_f32(CrossEntropyArgs a) { backward<float, 1>(a); }
KERNEL __launch_bounds__(256) cross_entropy_backward_bf16(CrossEntropyArgs a) { backward<bf16, 1>(a); }
KERNEL __launch_bounds__(256) cross_entropy_backward_wide_f32(CrossEntropyArgs a) { backward<float, 4>(a); }
KERNEL __launch_bounds__(256) cross_entropy_backward_wide_bf16(CrossEntropyArgs a) { backward<bf16, 8>(a); }

// The discriminator's hinge loss of logits real (N) and fake (M), F32 or BF16; loss and dloss F32.
//   loss  = mean(max(0, 1 - real)) + mean(max(0, 1 + fake))
//   dreal = -dloss / N where 1 - real > 0, dfake = dloss / M where 1 + fake > 0, else 0; all overwrite, the gradients
//   may be the logits
// Forward: one block, whose threads stride over both arrays and whose sum has a fixed order: a batch has some hundred logits.
// Backward: the reals, then the fakes. Either way a thread takes 16 bytes at a time where an array's address allows it, and
// elements of the rest. Bytes moved a logit: 4 forward (2 in BF16), 8 backward (4): launch-bound.
#include "common.cuh"

struct HingeArgs {
  const void* real;
  const void* fake;
  const float* dloss;
  float* loss;
  void* dreal;
  void* dfake;
  i64 reals;
  i64 fakes;
};

// Elements of an array that go 16 bytes at a time.
template<class T> DEV i64 packed(const T* x, i64 count) { return aligned16(x) ? count / Width<T>::value * Width<T>::value : 0; }

// Its share of the mean, so that no sum overflows before it; a NaN stays one.
DEV float share(float x, float sign, i64 count) {
  float m = 1.0f + sign * x;
  return (m < 0.0f ? 0.0f : m) / (float)count;
}

template<class T> DEV float mean_hinge(const T* x, i64 count, float sign) {
  const int W = Width<T>::value;
  float sum = 0.0f;
  i64 whole = packed(x, count);
  for (i64 i = (i64)tidx() * W; i < whole; i += bdimx() * W) {
    float v[W];
    load_pack(x + i, v);
#pragma unroll
    for (int k = 0; k < W; k++) sum += share(v[k], sign, count);
  }
  for (i64 i = whole + tidx(); i < count; i += bdimx()) sum += share(load(x + i), sign, count);
  return count == 0 ? u2f(0x7fffffffu) : block_sum(sum);
}

template<class T> DEV void forward(const HingeArgs& a) {
  float real = mean_hinge((const T*)a.real, a.reals, -1.0f), fake = mean_hinge((const T*)a.fake, a.fakes, 1.0f);
  if (tidx() == 0) *a.loss = real + fake;
}

template<class T> DEV void gradient(const T* x, T* dx, i64 count, float sign, float d) {
  const int W = Width<T>::value;
  i64 whole = aligned16(dx) ? packed(x, count) : 0;
  GRID_STRIDE(p, whole / W) {
    float v[W];
    load_pack(x + p * W, v);
#pragma unroll
    for (int k = 0; k < W; k++) v[k] = 1.0f + sign * v[k] > 0.0f ? d : 0.0f;
    store_pack(dx + p * W, v);
  }
  for (i64 i = whole + grid_first(); i < count; i += grid_step()) store(dx + i, 1.0f + sign * load(x + i) > 0.0f ? d : 0.0f);
}

template<class T> DEV void backward(const HingeArgs& a) {
  float d = *a.dloss;
  gradient((const T*)a.real, (T*)a.dreal, a.reals, -1.0f, -d / (float)a.reals);
  gradient((const T*)a.fake, (T*)a.dfake, a.fakes, 1.0f, d / (float)a.fakes);
}

KERNEL __launch_bounds__(256) hinge_forward_f32(HingeArgs a) { forward<float>(a); }
KERNEL __launch_bounds__(256) hinge_forward_bf16(HingeArgs a) { forward<bf16>(a); }
KERNEL __launch_bounds__(256) hinge_backward_f32(HingeArgs a) { backward<float>(a); }
KERNEL __launch_bounds__(256) hinge_backward_bf16(HingeArgs a) { backward<bf16>(a); }

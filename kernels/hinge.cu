// The discriminator's hinge loss of logits real (N) and fake (M), F32 or BF16; loss and dloss F32.
//   loss  = mean(max(0, 1 - real)) + mean(max(0, 1 + fake))
//   dreal = -dloss / N where 1 - real > 0, dfake = dloss / M where 1 + fake > 0, else 0; all overwrite, the gradients may be the logits
// Forward: one block, whose threads stride over both arrays and whose sum has a fixed order: a batch has some hundred logits.
// Backward: a thread an element, the fakes after the reals.
// Bytes moved a logit: 4 forward (2 in BF16), 8 backward (4): launch-bound.
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

template<class T> DEV float margin(const void* x, i64 i, float sign) { return 1.0f + sign * load((const T*)x + i); }

// Each adds its share of the mean, so that no sum overflows before it; a NaN stays one.
template<class T> DEV float mean_hinge(const void* x, i64 count, float sign) {
  float sum = 0.0f;
  for (i64 i = tidx(); i < count; i += bdimx()) {
    float m = margin<T>(x, i, sign);
    sum += (m < 0.0f ? 0.0f : m) / (float)count;
  }
  return count == 0 ? u2f(0x7fffffffu) : block_sum(sum);
}

template<class T> DEV void forward(const HingeArgs& a) {
  float real = mean_hinge<T>(a.real, a.reals, -1.0f), fake = mean_hinge<T>(a.fake, a.fakes, 1.0f);
  if (tidx() == 0) *a.loss = real + fake;
}

template<class T> DEV void backward(const HingeArgs& a) {
  float d = *a.dloss;
  GRID_STRIDE(i, a.reals + a.fakes) {
    i64 j = i - a.reals;
    if (j < 0) store((T*)a.dreal + i, margin<T>(a.real, i, -1.0f) > 0.0f ? -d / (float)a.reals : 0.0f);
    else store((T*)a.dfake + j, margin<T>(a.fake, j, 1.0f) > 0.0f ? d / (float)a.fakes : 0.0f);
  }
}

KERNEL __launch_bounds__(256) hinge_forward_f32(HingeArgs a) { forward<float>(a); }
KERNEL __launch_bounds__(256) hinge_forward_bf16(HingeArgs a) { forward<bf16>(a); }
KERNEL __launch_bounds__(256) hinge_backward_f32(HingeArgs a) { backward<float>(a); }
KERNEL __launch_bounds__(256) hinge_backward_bf16(HingeArgs a) { backward<bf16>(a); }

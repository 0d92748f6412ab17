// Adam over many arrays in one launch (Kingma and Ba 2015, algorithm 1, in PyTorch's order of operations), all F32, with t the
// slot's step + 1:
//   m = beta1*m + (1 - beta1)*g, v = beta2*v + (1 - beta2)*g*g, p -= lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) +
//   epsilon) a = decay*a + (1 - decay)*p where a slot has an average; step = t
// All in place. A block takes Chunk elements of one slot, found in the table of first blocks that came with the arguments;
// a thread takes 16 bytes of each array at a time where all are aligned. Step counts and learning rate are read on the
// device, so that a captured launch replays; the last block to finish advances the steps of the launch's slots, when nobody
// reads them any more.
// Bytes moved an element: 28 (reads p, g, m, v; writes p, m, v), 36 with an average.
#include "math.cuh"

const int Chunk = 8192, MostSlots = 66;

struct AdamSlot {
  float* p;
  const float* g;
  float* m;
  float* v;
  float* average;  // null: none
  int* step;       // the slot's own: no two slots share it
  i64 count;
};

struct AdamArgs {
  const float* learningRate;
  int* arrivals;         // 0 before and after
  double logBeta1, logBeta2;
  float beta1, beta2, rest1, rest2, epsilon, decay, restDecay;
  int slots;             // at least 1
  int first[MostSlots];  // first block of each slot, rising
  AdamSlot slot[MostSlots];
};

// 1 - e^x for x <= 0, relatively accurate to x = 0: x = k*ln2 + r, a polynomial for e^r - 1, and 1 - 2^k is exact.
DEV double one_minus_exp(double x) {
  if (x < -50.0) return 1.0;
  int k = (int)(x * 1.4426950408889634 - 0.5);
  double r = x - k * 0.6931471805599453, q = 1.0 / 362880;
  q = q * r + 1.0 / 40320;
  q = q * r + 1.0 / 5040;
  q = q * r + 1.0 / 720;
  q = q * r + 1.0 / 120;
  q = q * r + 1.0 / 24;
  q = q * r + 1.0 / 6;
  q = q * r + 0.5;
  double power = power_of_two(k);
  return 1.0 - power - power * (q * r * r + r);
}

DEV void update(const AdamArgs& a, float size, float root, float& p, float g, float& m, float& v) {
  m = a.beta1 * m + a.rest1 * g;
  v = a.beta2 * v + a.rest2 * g * g;
  p -= size * m / (sqrt_(v) / root + a.epsilon);
}

DEV void update_slot(const AdamArgs& a, const AdamSlot& s, i64 start, float size, float root) {
  i64 end = min_(start + Chunk, s.count), i = start;
  if (aligned16(s.p) && aligned16(s.g) && aligned16(s.m) && aligned16(s.v) && aligned16(s.average)) {
    for (i = start + 4 * tidx(); i + 4 <= end; i += 4 * bdimx()) {
      float p[4], g[4], m[4], v[4];
      load_pack(s.p + i, p);
      ldg_pack(s.g + i, g);
      load_pack(s.m + i, m);
      load_pack(s.v + i, v);
#pragma unroll
      for (int k = 0; k < 4; k++) update(a, size, root, p[k], g[k], m[k], v[k]);
      store_pack(s.p + i, p);
      store_pack(s.m + i, m);
      store_pack(s.v + i, v);
      if (!s.average) continue;
      float average[4];
      load_pack(s.average + i, average);
#pragma unroll
      for (int k = 0; k < 4; k++) average[k] = average[k] * a.decay + p[k] * a.restDecay;
      store_pack(s.average + i, average);
    }
    i = end & ~(i64)3;
  }
  for (i += tidx(); i < end; i += bdimx()) {
    float p = s.p[i], m = s.m[i], v = s.v[i];
    update(a, size, root, p, s.g[i], m, v);
    s.p[i] = p;
    s.m[i] = m;
    s.v[i] = v;
    if (s.average) s.average[i] = s.average[i] * a.decay + p * a.restDecay;
  }
}

KERNEL __launch_bounds__(256) adam_f32(AdamArgs a) {
  __shared__ float factors[2];
  __shared__ int last;
  int low = 0, high = a.slots - 1, block = (int)bidx();
  while (low < high) {
    int middle = (low + high + 1) / 2;
    if (a.first[middle] <= block) low = middle;
    else high = middle - 1;
  }
  if (tidx() == 0) {
    int t = *a.slot[low].step + 1;
    factors[0] = *a.learningRate / (float)one_minus_exp(a.logBeta1 * t);
    factors[1] = sqrt_((float)one_minus_exp(a.logBeta2 * t));
  }
  sync();
  update_slot(a, a.slot[low], (i64)(block - a.first[low]) * Chunk, factors[0], factors[1]);
  if (tidx() == 0) {
    // This block has read its step before it arrives.
    fence_gpu();
    last = atomic_add_i(a.arrivals, 1) == (int)gdimx() - 1;
    if (last) *a.arrivals = 0;
  }
  sync();
  if (!last) return;
  for (int i = tidx(); i < a.slots; i += bdimx()) *a.slot[i].step += 1;
}

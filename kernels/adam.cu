// Adam over many arrays in one launch (Kingma and Ba 2015, algorithm 1, in PyTorch's order of operations), all F32, with t the
// slot's step + 1:
//   m = beta1*m + (1 - beta1)*g, v = beta2*v + (1 - beta2)*g*g, p -= lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) +
//   epsilon) a = decay*a + (1 - decay)*p where a slot has an average; step = t
// where 1 - beta2 and 1 - decay are constants, or, to be moved by a schedule, numbers on the device.
// All in place. A block takes Chunk elements of one slot, found in the table of first blocks that came with the arguments;
// a thread takes 16 bytes of each array at a time where all are aligned. Step counts and what moves are read on the
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
  const float* movingRest2;      // null: rest2 and beta2 hold
  const float* movingRestDecay;  // null: restDecay and decay hold
  int* arrivals;                 // 0 before and after
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

// log(1 - r) for r in [0, 1), relatively accurate to r = 0: 1 - r = 2^k*u, and log(u) = 2*atanh(s), s = (u - 1) / (u + 1). At 1
// a number so low that no power is left.
DEV double log_rest(double r) {
  if (r >= 1.0) return -1e30;
  double u = 1.0 - r;
  int k = 0;
  for (; u < 0.70710678; u += u) k--;
  double s = (u - 1.0) / (u + 1.0), z = s * s;
  double q = 1.0 / 15;
  q = q * z + 1.0 / 13;
  q = q * z + 1.0 / 11;
  q = q * z + 1.0 / 9;
  q = q * z + 1.0 / 7;
  q = q * z + 1.0 / 5;
  q = q * z + 1.0 / 3;
  return k * 0.6931471805599453 + 2.0 * (s + s * z * q);
}

// What the elements of one slot share. The weights are the arguments' own unless they are on the device.
struct Factors {
  float size, root, beta2, rest2, decay, restDecay;
};

DEV Factors factors_of(const AdamArgs& a, int t) {
  double log2 = a.movingRest2 ? log_rest(*a.movingRest2) : a.logBeta2;
  Factors f;
  f.size = *a.learningRate / (float)one_minus_exp(a.logBeta1 * t);
  f.root = sqrt_((float)one_minus_exp(log2 * t));
  f.rest2 = a.movingRest2 ? *a.movingRest2 : a.rest2;
  f.beta2 = a.movingRest2 ? 1.0f - f.rest2 : a.beta2;
  f.restDecay = a.movingRestDecay ? *a.movingRestDecay : a.restDecay;
  f.decay = a.movingRestDecay ? 1.0f - f.restDecay : a.decay;
  return f;
}

DEV void update(const AdamArgs& a, const Factors& f, float& p, float g, float& m, float& v) {
  m = a.beta1 * m + a.rest1 * g;
  v = f.beta2 * v + f.rest2 * g * g;
  p -= f.size * m / (sqrt_(v) / f.root + a.epsilon);
}

DEV void update_slot(const AdamArgs& a, const AdamSlot& s, i64 start, const Factors& f) {
  i64 end = min_(start + Chunk, s.count), i = start;
  if (aligned16(s.p) && aligned16(s.g) && aligned16(s.m) && aligned16(s.v) && aligned16(s.average)) {
    for (i = start + 4 * tidx(); i + 4 <= end; i += 4 * bdimx()) {
      float p[4], g[4], m[4], v[4];
      load_pack(s.p + i, p);
      ldg_pack(s.g + i, g);
      load_pack(s.m + i, m);
      load_pack(s.v + i, v);
#pragma unroll
      for (int k = 0; k < 4; k++) update(a, f, p[k], g[k], m[k], v[k]);
      store_pack(s.p + i, p);
      store_pack(s.m + i, m);
      store_pack(s.v + i, v);
      if (!s.average) continue;
      float average[4];
      load_pack(s.average + i, average);
#pragma unroll
      for (int k = 0; k < 4; k++) average[k] = average[k] * f.decay + p[k] * f.restDecay;
      store_pack(s.average + i, average);
    }
    i = end & ~(i64)3;
  }
  for (i += tidx(); i < end; i += bdimx()) {
    float p = s.p[i], m = s.m[i], v = s.v[i];
    update(a, f, p, s.g[i], m, v);
    s.p[i] = p;
    s.m[i] = m;
    s.v[i] = v;
    if (s.average) s.average[i] = s.average[i] * f.decay + p * f.restDecay;
  }
}

KERNEL __launch_bounds__(256) adam_f32(AdamArgs a) {
  __shared__ Factors shared;
  __shared__ int last;
  int low = 0, high = a.slots - 1, block = (int)bidx();
  while (low < high) {
    int middle = (low + high + 1) / 2;
    if (a.first[middle] <= block) low = middle;
    else high = middle - 1;
  }
  if (tidx() == 0) shared = factors_of(a, *a.slot[low].step + 1);
  sync();
  const Factors own = shared;
  update_slot(a, a.slot[low], (i64)(block - a.first[low]) * Chunk, own);
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

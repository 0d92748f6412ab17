// sum[0] + sum[1] += value, where sum[0] is the nearest number and sum[1] what it lacks: s = fl(a + v) and its error (a - (s -
// t)) + (v - t), t = s - a, exactly (Knuth, The Art of Computer Programming 2, 4.2.2, theorem B); that and sum[1] go to s, and
// the rounding of this stays. One thread; 20 bytes moved, so a launch is all it costs.
#include "common.cuh"

struct CompensatedSumArgs {
  float* sum;
  const float* value;
};

KERNEL __launch_bounds__(1) compensated_sum_f32(const CompensatedSumArgs a) {
  float high = a.sum[0], added = *a.value, next = high + added, taken = next - high;
  float lost = (high - (next - taken)) + (added - taken) + a.sum[1], total = next + lost;
  a.sum[0] = total;
  a.sum[1] = lost - (total - next);
}

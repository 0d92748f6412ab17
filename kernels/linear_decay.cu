// step += 1, then every rate = start * max(0, 1 - step / steps), in double and rounded once: the bits that DecaySpec.At
// gives on the host.
//
// One block, a thread a rate. All read the step before one of them writes it. Where there are more rates than one launch takes,
// the first alone advances the step. Bytes moved: the step is read and written, each rate is written.
#include "common.cuh"

const int MostRates = 32;

struct LinearDecayArgs {
  int* step;
  double start, steps;
  int count, advance;
  float* rates[MostRates];
};

KERNEL __launch_bounds__(MostRates) linear_decay_f32(const LinearDecayArgs a) {
  int step = *a.step + a.advance;
  double left = 1.0 - step / a.steps;
  if ((int)tidx() < a.count) *a.rates[tidx()] = (float)(a.start * (left > 0.0 ? left : 0.0));
  sync();
  if (tidx() == 0) *a.step = step;
}

// y (I32) = index of the first maximum of each row of x (rows, columns); a NaN counts as the maximum, the first one wins. Overwrites.
//
// A warp takes a row in a grid-stride loop: its lanes walk the row side by side, then compare what they found. Bytes moved per element of x: it
// is read once.
#include "common.cuh"

struct ArgMaxArgs {
  const void* x;
  int* y;
  i64 rows, columns;
};

// Whether (v, i) comes before (w, j).
DEV bool beats(float v, int i, float w, int j) {
  if (is_nan(v) || is_nan(w)) return is_nan(v) && (!is_nan(w) || i < j);
  return v > w || (v == w && i < j);
}

template<class T> DEV void arg_max(const ArgMaxArgs& args) {
  int lane = (int)(tidx() & 31);
  for (i64 row = grid_first() / 32; row < args.rows; row += grid_step() / 32) {
    const T* x = (const T*)args.x + row * args.columns;
    // A lane beyond a short row starts with column 0 as well, which changes nothing.
    int best = lane < args.columns ? lane : 0;
    float most = load(x + best);
    for (i64 c = lane + 32; c < args.columns; c += 32) {
      float v = load(x + c);
      if (beats(v, (int)c, most, best)) {
        most = v;
        best = (int)c;
      }
    }
    for (int m = 16; m; m >>= 1) {
      float v = shfl_xor(most, m);
      int i = shfl_xor_i(best, m);
      if (beats(v, i, most, best)) {
        most = v;
        best = i;
      }
    }
    if (lane == 0) args.y[row] = best;
  }
}

KERNEL arg_max_f32(const ArgMaxArgs args) { arg_max<float>(args); }
KERNEL arg_max_bf16(const ArgMaxArgs args) { arg_max<bf16>(args); }

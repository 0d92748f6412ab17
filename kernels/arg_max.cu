// y (I32) = index of the first maximum of each row of x (rows, columns); a NaN counts as the maximum, the first one
// wins. Overwrites.
//
// A warp takes a row in a grid-stride loop: its lanes walk the row side by side, an element or 16 bytes (*_wide: rows of whole 16
// bytes, aligned) at a time, then compare what they found. Bytes moved per element of x: it is read once.
#include "unit.cuh"

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

template<class T, int V> DEV void arg_max(const ArgMaxArgs& args) {
  int lane = (int)(tidx() & 31);
  for (i64 row = grid_first() / 32; row < args.rows; row += grid_step() / 32) {
    const T* x = (const T*)args.x + row * args.columns;
    // Every lane starts with column 0, which changes nothing for those that find more.
    int best = 0;
    float most = load(x);
    for (i64 c = lane * V; c < args.columns; c += 32 * V) {
      float v[V];
      load_unit(x + c, v);
#pragma unroll
      for (int k = 0; k < V; k++) {
        if (!beats(v[k], (int)c + k, most, best)) continue;
        most = v[k];
        best = (int)c + k;
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

KERNEL arg_max_f32(const ArgMaxArgs args) { arg_max<float, 1>(args); }
KERNEL arg_max_bf16(const ArgMaxArgs args) { arg_max<bf16, 1>(args); }
KERNEL arg_max_wide_f32(const ArgMaxArgs args) { arg_max<float, 4>(args); }
KERNEL arg_max_wide_bf16(const ArgMaxArgs args) { arg_max<bf16, 8>(args); }

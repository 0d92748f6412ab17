// Average pooling of images: y = mean over each window (padding counts as zeros and in the divisor); and its transpose: each
// element of dx sums the dy of the windows that contain it. x, dx (N, H, W, C); y, dy (N, OH, OW, C); overwritten.
//
// A thread makes one unit of the output: an element, or 16 bytes of channels (*_wide: C a multiple of those, arrays aligned).
// Neighbouring threads take neighbouring channels. Windows of 2 x 2 side by side have four loads in flight.
//
// Moves, for 2 x 2 windows, per element of x: 5 bytes in F32 (4 in, 4 / 4 out), 2.5 in BF16; backward the same as
// forward.
#include "pool_window.cuh"

struct Pool2dArgs {
  const void* x;      // dy in the backward
  void* y;            // dx in the backward
  PoolGrid grid;
  float divisor;      // kernel²
  float scale;        // 1 / kernel² where that is exact, else 0
};

// Pixels [h0, h1) x [w0, w1) of x, from the unit at x on.
template<class T, int V> DEV void sum_window(const T* x, i64 row, i64 pixel, int rows, int columns, float (&sum)[V]) {
#pragma unroll
  for (int k = 0; k < V; k++) sum[k] = 0;
  for (int h = 0; h < rows; h++) {
    for (int w = 0; w < columns; w++) {
      float v[V];
      load_unit(x + h * row + w * pixel, v);
#pragma unroll
      for (int k = 0; k < V; k++) sum[k] += v[k];
    }
  }
}

template<class T, int V> DEV void sum_of_four(const T* x, i64 row, i64 pixel, float (&sum)[V]) {
  float a[V], b[V], c[V], d[V];
  load_unit(x, a);
  load_unit(x + pixel, b);
  load_unit(x + row, c);
  load_unit(x + row + pixel, d);
#pragma unroll
  for (int k = 0; k < V; k++) sum[k] = a[k] + b[k] + (c[k] + d[k]);
}

// sum / divisor; times the reciprocal of a power of two is the same, and faster.
DEV float mean_of(float sum, const Pool2dArgs& a) { return a.scale != 0.0f ? sum * a.scale : sum / a.divisor; }

template<class T, int V> DEV void avg_pool2d(const Pool2dArgs& a) {
  const T* x = (const T*)a.x;
  T* y = (T*)a.y;
  i64 pixel = a.grid.units.d * V, row = a.grid.x_width * pixel;
  bool halving = a.grid.kernel == 2 && a.grid.stride == 2 && a.grid.padding == 0;
  GRID_STRIDE(i, a.grid.count) {
    PoolWindow under = window_of<false>(a.grid, i);
    const T* from = x + (under.image * a.grid.x_height + under.h0) * row + under.w0 * pixel + under.unit * V;
    float sum[V];
    if (halving) sum_of_four(from, row, pixel, sum);
    else sum_window(from, row, pixel, under.h1 - under.h0, under.w1 - under.w0, sum);
#pragma unroll
    for (int k = 0; k < V; k++) sum[k] = mean_of(sum[k], a);
    store_unit(y + i * V, sum);
  }
}

template<class T, int V> DEV void avg_pool2d_backward(const Pool2dArgs& a) {
  const T* dy = (const T*)a.x;
  T* dx = (T*)a.y;
  i64 pixel = a.grid.units.d * V, row = a.grid.x_width * pixel;
  GRID_STRIDE(i, a.grid.count) {
    PoolWindow over = window_of<true>(a.grid, i);
    float sum[V];
    sum_window(dy + (over.image * a.grid.x_height + over.h0) * row + over.w0 * pixel + over.unit * V, row, pixel,
        over.h1 - over.h0, over.w1 - over.w0, sum);
#pragma unroll
    for (int k = 0; k < V; k++) sum[k] = mean_of(sum[k], a);
    store_unit(dx + i * V, sum);
  }
}

KERNEL __launch_bounds__(256) avg_pool2d_f32(Pool2dArgs a) { avg_pool2d<float, 1>(a); }
KERNEL __launch_bounds__(256) avg_pool2d_bf16(Pool2dArgs a) { avg_pool2d<bf16, 1>(a); }
KERNEL __launch_bounds__(256) avg_pool2d_wide_f32(Pool2dArgs a) { avg_pool2d<float, 4>(a); }
KERNEL __launch_bounds__(256) avg_pool2d_wide_bf16(Pool2dArgs a) { avg_pool2d<bf16, 8>(a); }
KERNEL __launch_bounds__(256) avg_pool2d_backward_f32(Pool2dArgs a) { avg_pool2d_backward<float, 1>(a); }
KERNEL __launch_bounds__(256) avg_pool2d_backward_bf16(Pool2dArgs a) { avg_pool2d_backward<bf16, 1>(a); }
KERNEL __launch_bounds__(256) avg_pool2d_backward_wide_f32(Pool2dArgs a) { avg_pool2d_backward<float, 4>(a); }
KERNEL __launch_bounds__(256) avg_pool2d_backward_wide_bf16(Pool2dArgs a) { avg_pool2d_backward<bf16, 8>(a); }

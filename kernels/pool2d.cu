// Average pooling of images: y = mean over each window (padding counts as zeros and in the divisor), plus other where that is not null; and
// its transpose: each element of dx sums the dy of the windows that contain it. x, dx (N, H, W, C); y, other, dy (N, OH, OW, C); overwritten.
//
// A thread makes one unit of the output: an element, or 16 bytes of channels (*_wide: C a multiple of those, arrays aligned). Neighbouring
// threads take neighbouring channels. Windows of 2 x 2 side by side have four loads in flight.
//
// Moves, for 2 x 2 windows, per element of x: 5 bytes in F32 (4 in, 4 / 4 out), 2.5 in BF16; with other 6 and 3; backward the same as forward.
#include "unit.cuh"

struct Pool2dArgs {
  const void* x;      // dy in the backward
  const void* other;  // null where nothing is added
  void* y;            // dx in the backward
  i64 count;          // units of y
  Divisor units, width, height;  // of a pixel of y; y's own
  int x_height, x_width, kernel, stride, padding;
  float scale;        // 1 / kernel²
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

template<class T, int V> DEV void avg_pool2d(const Pool2dArgs& a) {
  const T* x = (const T*)a.x;
  const T* other = (const T*)a.other;
  T* y = (T*)a.y;
  i64 pixel = a.units.d * V, row = a.x_width * pixel;
  bool halving = a.kernel == 2 && a.stride == 2 && a.padding == 0;
  GRID_STRIDE(i, a.count) {
    i64 unit = i, column = divide(unit, a.units), line = divide(column, a.width), image = divide(line, a.height);
    int h0 = (int)line * a.stride - a.padding, w0 = (int)column * a.stride - a.padding, h1 = h0 + a.kernel, w1 = w0 + a.kernel;
    if (h0 < 0) h0 = 0;
    if (w0 < 0) w0 = 0;
    if (h1 > a.x_height) h1 = a.x_height;
    if (w1 > a.x_width) w1 = a.x_width;
    const T* from = x + (image * a.x_height + h0) * row + w0 * pixel + unit * V;
    float sum[V];
    if (halving) sum_of_four(from, row, pixel, sum);
    else sum_window(from, row, pixel, h1 - h0, w1 - w0, sum);
    if (other) {
      float v[V];
      load_unit(other + i * V, v);
#pragma unroll
      for (int k = 0; k < V; k++) sum[k] = fma_(sum[k], a.scale, v[k]);
    } else {
#pragma unroll
      for (int k = 0; k < V; k++) sum[k] *= a.scale;
    }
    store_unit(y + i * V, sum);
  }
}

// Windows [start, end) that contain input i.
DEV void windows(int i, int extent, const Pool2dArgs& a, int& start, int& end) {
  int before = i + a.padding - a.kernel, last = (i + a.padding) / a.stride + 1;
  start = before < 0 ? 0 : before / a.stride + 1;
  end = last < extent ? last : extent;
}

template<class T, int V> DEV void avg_pool2d_backward(const Pool2dArgs& a) {
  const T* dy = (const T*)a.x;
  T* dx = (T*)a.y;
  i64 pixel = a.units.d * V, row = a.x_width * pixel;
  GRID_STRIDE(i, a.count) {
    i64 unit = i, column = divide(unit, a.units), line = divide(column, a.width), image = divide(line, a.height);
    int h0, h1, w0, w1;
    windows((int)line, a.x_height, a, h0, h1);
    windows((int)column, a.x_width, a, w0, w1);
    float sum[V];
    sum_window(dy + (image * a.x_height + h0) * row + w0 * pixel + unit * V, row, pixel, h1 - h0, w1 - w0, sum);
#pragma unroll
    for (int k = 0; k < V; k++) sum[k] *= a.scale;
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

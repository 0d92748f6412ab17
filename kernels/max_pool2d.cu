// Maximum pooling of images. Forward: y = the largest value of each window, index I32 = its h * W + w; padding never wins, the first maximum
// does, and so does the first NaN. Gather: y = x at the indices. Backward: dx = the sum of the dy whose window chose this pixel; each element of
// dx looks at the windows that contain it, in the order of dy, so that nothing is added by atomics and every run gives the same bits.
// x, dx (N, H, W, C); y, dy, index (N, OH, OW, C); overwritten.
//
// A thread makes one unit of the output: an element, or 16 bytes of channels (*_wide: C a multiple of those, arrays aligned).
//
// Moves, for 2 x 2 windows, per element of x: forward and backward 6 bytes in F32 (4 for x, 1 for y, 1 for the index), 3.5 in BF16.
#include "unit.cuh"

struct MaxPool2dArgs {
  const void* x;  // dy in the backward
  void* y;        // dx in the backward
  int* index;
  i64 count;      // units of y
  Divisor units, width, height;  // of a pixel of y; y's own
  int x_height, x_width, kernel, stride, padding;
};

template<class T, int V> DEV void max_pool2d(const MaxPool2dArgs& a) {
  const T* x = (const T*)a.x;
  T* y = (T*)a.y;
  i64 pixel = a.units.d * V, row = a.x_width * pixel;
  GRID_STRIDE(i, a.count) {
    i64 unit = i, column = divide(unit, a.units), line = divide(column, a.width), image = divide(line, a.height);
    int h0 = (int)line * a.stride - a.padding, w0 = (int)column * a.stride - a.padding, h1 = h0 + a.kernel, w1 = w0 + a.kernel;
    if (h0 < 0) h0 = 0;
    if (w0 < 0) w0 = 0;
    if (h1 > a.x_height) h1 = a.x_height;
    if (w1 > a.x_width) w1 = a.x_width;
    const T* from = x + image * a.x_height * row + unit * V;
    float best[V];
    int at[V];
    load_unit(from + h0 * row + w0 * pixel, best);
#pragma unroll
    for (int k = 0; k < V; k++) at[k] = h0 * a.x_width + w0;
    for (int h = h0; h < h1; h++) {
      for (int w = w0; w < w1; w++) {
        float v[V];
        load_unit(from + h * row + w * pixel, v);
#pragma unroll
        for (int k = 0; k < V; k++) {
          bool wins = !(v[k] <= best[k]) && !is_nan(best[k]);
          best[k] = wins ? v[k] : best[k];
          at[k] = wins ? h * a.x_width + w : at[k];
        }
      }
    }
    store_unit(y + i * V, best);
    store_ints(a.index + i * V, at);
  }
}

template<class T, int V> DEV void max_pool2d_backward(const MaxPool2dArgs& a) {
  const T* dy = (const T*)a.x;
  T* dx = (T*)a.y;
  i64 pixel = a.units.d * V, row = a.x_width * pixel;
  GRID_STRIDE(i, a.count) {
    i64 unit = i, column = divide(unit, a.units), line = divide(column, a.width), image = divide(line, a.height);
    int r = (int)line + a.padding, q = (int)column + a.padding, here = (int)(line * a.width.d + column);
    int h0 = r < a.kernel ? 0 : (r - a.kernel) / a.stride + 1, h1 = r / a.stride + 1;
    int w0 = q < a.kernel ? 0 : (q - a.kernel) / a.stride + 1, w1 = q / a.stride + 1;
    if (h1 > a.x_height) h1 = a.x_height;
    if (w1 > a.x_width) w1 = a.x_width;
    i64 first = image * a.x_height * row + unit * V;
    float sum[V];
#pragma unroll
    for (int k = 0; k < V; k++) sum[k] = 0;
    for (int h = h0; h < h1; h++) {
      for (int w = w0; w < w1; w++) {
        float v[V];
        int at[V];
        load_unit(dy + first + h * row + w * pixel, v);
        load_ints(a.index + first + h * row + w * pixel, at);
#pragma unroll
        for (int k = 0; k < V; k++) sum[k] = at[k] == here ? sum[k] + v[k] : sum[k];
      }
    }
    store_unit(dx + i * V, sum);
  }
}

// count: elements of y; units: channels, width: pixels of an image of y.
template<class T> DEV void max_pool2d_gather(const MaxPool2dArgs& a) {
  const T* x = (const T*)a.x;
  T* y = (T*)a.y;
  GRID_STRIDE(i, a.count) {
    i64 channel = i, image = divide(channel, a.units);
    image = divide(image, a.width);
    y[i] = x[(image * a.x_height * a.x_width + a.index[i]) * a.units.d + channel];
  }
}

KERNEL __launch_bounds__(256) max_pool2d_f32(MaxPool2dArgs a) { max_pool2d<float, 1>(a); }
KERNEL __launch_bounds__(256) max_pool2d_bf16(MaxPool2dArgs a) { max_pool2d<bf16, 1>(a); }
KERNEL __launch_bounds__(256) max_pool2d_wide_f32(MaxPool2dArgs a) { max_pool2d<float, 4>(a); }
KERNEL __launch_bounds__(256) max_pool2d_wide_bf16(MaxPool2dArgs a) { max_pool2d<bf16, 8>(a); }
KERNEL __launch_bounds__(256) max_pool2d_backward_f32(MaxPool2dArgs a) { max_pool2d_backward<float, 1>(a); }
KERNEL __launch_bounds__(256) max_pool2d_backward_bf16(MaxPool2dArgs a) { max_pool2d_backward<bf16, 1>(a); }
KERNEL __launch_bounds__(256) max_pool2d_backward_wide_f32(MaxPool2dArgs a) { max_pool2d_backward<float, 4>(a); }
KERNEL __launch_bounds__(256) max_pool2d_backward_wide_bf16(MaxPool2dArgs a) { max_pool2d_backward<bf16, 8>(a); }
KERNEL __launch_bounds__(256) max_pool2d_gather_f32(MaxPool2dArgs a) { max_pool2d_gather<u32>(a); }
KERNEL __launch_bounds__(256) max_pool2d_gather_bf16(MaxPool2dArgs a) { max_pool2d_gather<u16>(a); }

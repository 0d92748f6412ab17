// Maximum pooling of images. Forward: y = the largest value of each window, index I32 = its h * W + w; padding never wins, the
// first maximum does, and so does the first NaN. Gather: y = x at the indices. Backward: dx = the sum of the dy whose window
// chose this pixel; each element of dx looks at the windows that contain it, in the order of dy, so that nothing is added by
// atomics and every run gives the same bits. x, dx (N, H, W, C); y, dy, index (N, OH, OW, C); overwritten.
//
// A thread makes one unit of the output: an element, or 16 bytes of channels (*_wide: C a multiple of those, arrays aligned).
//
// Moves, for 2 x 2 windows, per element of x: forward and backward 6 bytes in F32 (4 for x, 1 for y, 1 for the
// index), 3.5 in BF16.
#include "pool_window.cuh"

struct MaxPool2dArgs {
  const void* x;  // dy in the backward
  void* y;        // dx in the backward
  int* index;
  PoolGrid grid;
};

template<class T, int V> DEV void max_pool2d(const MaxPool2dArgs& a) {
  const T* x = (const T*)a.x;
  T* y = (T*)a.y;
  i64 pixel = a.grid.units.d * V, row = a.grid.x_width * pixel;
  GRID_STRIDE(i, a.grid.count) {
    PoolWindow at_x = window_of<false>(a.grid, i);
    const T* from = x + at_x.image * a.grid.x_height * row + at_x.unit * V;
    float best[V];
    int at[V];
    load_unit(from + at_x.h0 * row + at_x.w0 * pixel, best);
#pragma unroll
    for (int k = 0; k < V; k++) at[k] = at_x.h0 * a.grid.x_width + at_x.w0;
    for (int h = at_x.h0; h < at_x.h1; h++) {
      for (int w = at_x.w0; w < at_x.w1; w++) {
        float v[V];
        load_unit(from + h * row + w * pixel, v);
#pragma unroll
        for (int k = 0; k < V; k++) {
          bool wins = !(v[k] <= best[k]) && !is_nan(best[k]);
          best[k] = wins ? v[k] : best[k];
          at[k] = wins ? h * a.grid.x_width + w : at[k];
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
  i64 pixel = a.grid.units.d * V, row = a.grid.x_width * pixel;
  GRID_STRIDE(i, a.grid.count) {
    PoolWindow over = window_of<true>(a.grid, i);
    int here = over.line * (int)a.grid.width.d + over.column;
    i64 first = over.image * a.grid.x_height * row + over.unit * V;
    float sum[V];
#pragma unroll
    for (int k = 0; k < V; k++) sum[k] = 0;
    for (int h = over.h0; h < over.h1; h++) {
      for (int w = over.w0; w < over.w1; w++) {
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

// count: elements of y; units: channels; width: pixels of an image of y.
template<class T> DEV void max_pool2d_gather(const MaxPool2dArgs& a) {
  const T* x = (const T*)a.x;
  T* y = (T*)a.y;
  GRID_STRIDE(i, a.grid.count) {
    i64 channel = i, image = divide(channel, a.grid.units);
    image = divide(image, a.grid.width);
    y[i] = x[(image * a.grid.x_height * a.grid.x_width + a.index[i]) * a.grid.units.d + channel];
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

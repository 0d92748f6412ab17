// Convolution, its data gradient and its filter gradient on FMA units, as implicit products; see conv2d.cuh and gemm.cuh.
//
// Images (N, H, W, C), filters (K, KH, KW, C), cross-correlation, any kernel, stride and padding. F32 or BF16 operands, F32 sums, results of the
// operands' type (dw also F32). Overwrites. Threads and blocks as in matmul.cu; narrow tiles serve up to 16 filters (forward, filter
// gradient) or channels (data gradient). Reads go through the caches once per tap and per 64 columns; each result is written once.
#include "conv2d.cuh"

CONV2D(f32, float, FmaWide, FmaNarrow)
CONV2D(bf16, bf16, FmaWide, FmaNarrow)

// y (pixels, channels) += bias (channels), in place: what cuDNN's plain convolution leaves to do. Bias is F32 in both storages, which no
// cuDNN call takes beside BF16. One thread 16 bytes where `vector`, one element otherwise; moves twice y.
struct Conv2dBiasArgs {
  void* y;
  const float* bias;
  i64 count;
  int channels, vector;
};

template<class T> DEV void add_bias(const Conv2dBiasArgs& args) {
  T* y = (T*)args.y;
  if (args.vector) {
    const int width = Width<T>::value;
    GRID_STRIDE(i, args.count / width) {
      float v[width];
      load_pack(y + i * width, v);
      int channel = (int)(i * width % args.channels);
#pragma unroll
      for (int j = 0; j < width; j++) v[j] += args.bias[channel + j];
      store_pack(y + i * width, v);
    }
  } else {
    GRID_STRIDE(i, args.count) store(y + i, load(y + i) + args.bias[i % args.channels]);
  }
}

KERNEL __launch_bounds__(256) conv2d_bias_f32(Conv2dBiasArgs args) { add_bias<float>(args); }
KERNEL __launch_bounds__(256) conv2d_bias_bf16(Conv2dBiasArgs args) { add_bias<bf16>(args); }

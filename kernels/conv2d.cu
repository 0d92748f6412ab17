// Convolution, its data gradient and its filter gradient on FMA units, as implicit products; see conv2d.cuh and gemm.cuh.
//
// Images (N, H, W, C), filters (K, KH, KW, C), cross-correlation, any kernel, stride and padding. F32 or BF16 operands, F32 sums,
// results of the operands' type (dw also F32). Overwrites. Threads and blocks as in matmul.cu; narrow tiles serve up to 16
// filters (forward, filter gradient) or channels (data gradient). Reads go through the caches once per tap and per 64 columns;
// each result is written once.
#include "conv2d.cuh"

CONV2D(f32, float, FmaWide, FmaNarrow)
CONV2D(bf16, bf16, FmaWide, FmaNarrow)

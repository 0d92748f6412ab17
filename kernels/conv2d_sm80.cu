// Convolution, its data gradient and its filter gradient on tensor cores; see conv2d.cuh and gemm_mma.cuh.
//
// Layout as in conv2d.cu, threads and blocks as in matmul_sm80.cu: F32 operands are rounded to TF32, for callers that asked for
// it. Reads go through the caches once per tap and per 128 columns; each result is written once.
#include "gemm_mma.cuh"
#include "conv2d.cuh"

CONV2D(f32, float, Tf32Wide, Tf32Narrow)
CONV2D(bf16, bf16, Bf16Wide, Bf16Narrow)

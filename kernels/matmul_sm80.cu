// Matrix products on tensor cores: c (M, N) = op(a) * op(b), or adds to c; see matmul.cuh and gemm_mma.cuh.
//
// Layout and blocks as in matmul.cu. F32 operands are rounded to TF32, for callers that asked for it; BF16 operands are exact;
// sums in F32. Wide: 256 threads make 128 x 128 of c, a warp 64 x 32; narrow: 128 threads make 128 x 16, a warp 32 x 16. An
// operand element is read M / 128 or N / 128 times through the caches; c is written once (and read once to accumulate).
#include "gemm_mma.cuh"
#include "matmul.cuh"

MATMUL(f32, float, wide, Tf32Wide)
MATMUL(f32, float, narrow, Tf32Narrow)
MATMUL(bf16, bf16, wide, Bf16Wide)
MATMUL(bf16, bf16, narrow, Bf16Narrow)

// Matrix products on FMA units: c (M, N) = op(a) * op(b), or adds to c; see matmul.cuh and gemm.cuh.
//
// Layout: dense row-major, a batch of matrices one after another; op transposes as stored. F32 or BF16 operands, F32 sums, c of
// the operands' type or F32. Wide: a block of 64 threads makes 64 x 64 of c, 8 x 8 a thread; narrow: 128 threads make 128 x 16,
// 4 x 4 a thread (the host turns a product around whose c has few rows). Blocks: x = ((batch * splits + split) * tilesM + tileM)
// * tilesN + tileN.
// An operand element is read M / 64 or N / 64 times through the caches; c is written once (and read once to accumulate).
#include "matmul.cuh"

MATMUL(f32, float, wide, FmaWide)
MATMUL(f32, float, narrow, FmaNarrow)
MATMUL(bf16, bf16, wide, FmaWide)
MATMUL(bf16, bf16, narrow, FmaNarrow)

// c = bias + sum over splits of partial, or adds it to c: what a product that was split along K still needs. One thread an
// element, splits in order; reads 4 * splits bytes an element. Storage of c by the suffix. columns: c's innermost extent,
// the length of bias.
struct MatMulSumArgs {
  void* c;
  const float* bias;
  const float* partial;
  i64 count;
  int splits, columns, accumulate, padding;
};

template<class C> DEV void sum_splits(const MatMulSumArgs& args) {
  C* c = (C*)args.c;
  GRID_STRIDE(i, args.count) {
    float sum = 0.0f;
    for (int s = 0; s < args.splits; s++) sum += args.partial[s * args.count + i];
    if (args.bias != nullptr) sum += args.bias[i % args.columns];
    store(c + i, args.accumulate ? load(c + i) + sum : sum);
  }
}

KERNEL __launch_bounds__(256) matmul_sum_f32(MatMulSumArgs args) { sum_splits<float>(args); }
KERNEL __launch_bounds__(256) matmul_sum_bf16(MatMulSumArgs args) { sum_splits<bf16>(args); }

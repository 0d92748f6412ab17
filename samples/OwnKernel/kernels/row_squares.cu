// y[r] = sum over c of x[r][c]^2: a block for each row, and a tree of its threads' sums in shared memory. Deterministic.
// x (rows, columns) and y (rows) are F32; 256 threads; reads 4 bytes a value.
struct Args {
  const float* x;
  float* y;
  int columns;
};

extern "C" __global__ void __launch_bounds__(256) row_squares(const Args g) {
  __shared__ float sums[256];
  int thread = threadIdx.x;
  const float* row = g.x + (long long)blockIdx.x * g.columns;
  float sum = 0.0f;
  for (int c = thread; c < g.columns; c += 256) sum += row[c] * row[c];
  sums[thread] = sum;
  __syncthreads();
  for (int half = 128; half > 0; half /= 2) {
    if (thread < half) sums[thread] += sums[thread + half];
    __syncthreads();
  }
  if (thread == 0) g.y[blockIdx.x] = sums[0];
}

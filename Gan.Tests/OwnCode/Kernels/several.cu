// Kernels that are right, and twins of theirs that are wrong on purpose, each in one way.

// y = scale * x, with a parameter for each of its arguments.
extern "C" __global__ void scaled(const float* x, float* y, int count, float scale) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count) y[i] = scale * x[i];
}

// The same, one element too far.
extern "C" __global__ void overrun(const float* x, float* y, int count, float scale) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i <= count) y[i] = scale * x[i];
}

// y += scale * x, of a y that nobody has written.
extern "C" __global__ void unwritten(const float* x, float* y, int count, float scale) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count) y[i] += scale * x[i];
}

// y = x, each block's values back to front, through shared memory; without the second barrier.
extern "C" __global__ void race(const float* x, float* y, int count, float scale) {
  __shared__ float kept[64];
  int i = threadIdx.x;
  kept[i] = 0.0f;
  __syncthreads();
  kept[i] = scale * x[i];
  y[63 - i] = kept[63 - i];
}

// The same with a barrier between.
extern "C" __global__ void reversed(const float* x, float* y, int count, float scale) {
  __shared__ float kept[64];
  int i = threadIdx.x;
  kept[i] = scale * x[i];
  __syncthreads();
  y[63 - i] = kept[63 - i];
}

// y[i] = the i-th of as many floats of dynamic shared memory as there are threads.
extern "C" __global__ void __launch_bounds__(128) dynamic(const float* x, float* y, int count, float scale) {
  extern __attribute__((shared)) float room[];
  int i = threadIdx.x;
  room[i] = x[i];
  y[i] = room[i];
}

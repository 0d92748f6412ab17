// lean: y = f(a, b), element by element. Written by the engine around the expression in f.
// y's axes are at most four groups, innermost first: three sizes, and by how many elements an operand moves in each.
struct Args {
  const void* a; const void* b; void* y;
  long long count, size[3], aStep[4], bStep[4];
  int aFloat, bFloat;  // whether an operand is F32 beside a y of BF16
  float p, q;
};

static __device__ float load(const float* p) { return *p; }
static __device__ float load(const unsigned short* p) { return __uint_as_float((unsigned)*p << 16); }
static __device__ void store(float* p, float v) { *p = v; }
static __device__ void store(unsigned short* p, float v) {  // BF16: to the nearest, half to even; a NaN stays one
  unsigned u = __float_as_uint(v);
  *p = (unsigned short)(v != v ? (u >> 16) | 0x40 : (u + 0x7fff + ((u >> 16) & 1)) >> 16);
}
static __device__ long long first() { return (long long)blockIdx.x * blockDim.x + threadIdx.x; }
static __device__ long long step() { return (long long)gridDim.x * blockDim.x; }

static __device__ float f(float a, float b, float p, float q) { return p * a * b - b; }

template<class T> static __device__ float operand(const void* p, long long i, int isFloat) {
  return isFloat ? load((const float*)p + i) : load((const T*)p + i);
}

template<class T> static __device__ void run(const Args& g) {
  for (long long i = first(); i < g.count; i += step()) {
    long long rest = i, a = 0, b = 0;
    for (int k = 0; k < 3; k++) {
      long long at = rest % g.size[k];
      rest /= g.size[k];
      a += at * g.aStep[k];
      b += at * g.bStep[k];
    }
    a += rest * g.aStep[3];
    b += rest * g.bStep[3];
    store((T*)g.y + i, f(operand<T>(g.a, a, g.aFloat), operand<T>(g.b, b, g.bFloat), g.p, g.q));
  }
}

extern "C" __global__ void lean_f32(const Args g) { run<float>(g); }
extern "C" __global__ void lean_bf16(const Args g) { run<unsigned short>(g); }

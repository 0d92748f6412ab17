// y = f(x) and y = f(a, b), element by element, in F32, BF16 or F16 storage with F32 arithmetic; y is overwritten and may be an
// input of its shape.
//
// Arrays are dense and row-major. A thread takes 16 bytes of y at a time (4 floats or 8 of 16 bits) in a grid-stride loop; what
// is left over, or all of it where an array is not 16-byte aligned, goes element by element. Bytes moved per element: 8 (F32)
// or 4 (16 bits) for one input, half as much again for two of y's shape; a broadcast operand stays in the cache.
//
// Binary: an operand is of y's type, or F32 beside a 16-bit y (a bias). Packs are read where they cannot cross a row of the
// innermost group and every address they begin at is 16-byte aligned.
#include "broadcast.cuh"
#include "half.cuh"
#include "math.cuh"

struct UnaryArgs {
  const void* x;
  void* y;
  i64 count;
  float p, q;  // the functor's constants
};

struct BinaryArgs {
  const void* a;
  const void* b;
  void* y;
  i64 count;
  Divisor size0, size1, size2;  // elements of the inner groups
  i64 a0, a1, a2, a3;           // steps of a, in elements, for each group
  i64 b0, b1, b2, b3;
  int groups;
  int packed;                   // whether y is written, and operands that move along a row are read, in 16-byte packs
  int aFloat, bFloat;           // whether an operand is F32
  float p, q;
};

template<class T, class Op> DEV void unary(const UnaryArgs& args) {
  const int W = Width<T>::value;
  const T* x = (const T*)args.x;
  T* y = (T*)args.y;
  i64 packs = aligned16(x) && aligned16(y) ? args.count / W : 0;
  GRID_STRIDE(i, packs) {
    float v[W];
    load_pack(x + i * W, v);
#pragma unroll
    for (int k = 0; k < W; k++) v[k] = Op::of(v[k], args.p, args.q);
    store_pack(y + i * W, v);
  }
  for (i64 i = packs * W + grid_first(); i < args.count; i += grid_step()) store(y + i, Op::of(load(x + i), args.p, args.q));
}

template<class T> DEV float operand(const void* p, i64 i, int isFloat) {
  return isFloat ? ((const float*)p)[i] : load((const T*)p + i);
}

// W elements of an operand from i on, or W times the one at i.
template<class T> DEV void operands(const void* p, i64 i, bool moves, int isFloat, float (&v)[Width<T>::value]) {
  const int W = Width<T>::value;
  if (!moves) {
    float x = operand<T>(p, i, isFloat);
#pragma unroll
    for (int k = 0; k < W; k++) v[k] = x;
  } else if (isFloat) {
#pragma unroll
    for (int k = 0; k < W; k += 4) {
      f4 four = ld4((const float*)p + i + k);
      v[k] = four.x;
      v[k + 1] = four.y;
      v[k + 2] = four.z;
      v[k + 3] = four.w;
    }
  } else {
    load_pack((const T*)p + i, v);
  }
}

template<class T, class Op> DEV void binary(const BinaryArgs& args) {
  const int W = Width<T>::value;
  T* y = (T*)args.y;
  int aFloat = sizeof(T) == 4 || args.aFloat, bFloat = sizeof(T) == 4 || args.bFloat;
  i64 packs = args.packed ? args.count / W : 0;
  GRID_STRIDE(unit, args.count - packs * (W - 1)) {
    i64 i = unit < packs ? unit * W : unit + packs * (W - 1), a, b;
    locate(args, i, a, b);
    if (unit < packs) {
      float v[W], w[W];
      operands<T>(args.a, a, args.a0 != 0, aFloat, v);
      operands<T>(args.b, b, args.b0 != 0, bFloat, w);
#pragma unroll
      for (int k = 0; k < W; k++) v[k] = Op::of(v[k], w[k], args.p, args.q);
      store_pack(y + i, v);
    } else {
      store(y + i, Op::of(operand<T>(args.a, a, aFloat), operand<T>(args.b, b, bFloat), args.p, args.q));
    }
  }
}

#define UNARY(name, expression)                                                          \
  struct Unary_##name {                                                                  \
    DEV float of(float x, float p, float q) { return expression; }                       \
  };                                                                                     \
  KERNEL name##_f32(const UnaryArgs args) { unary<float, Unary_##name>(args); }          \
  KERNEL name##_bf16(const UnaryArgs args) { unary<bf16, Unary_##name>(args); }          \
  KERNEL name##_f16(const UnaryArgs args) { unary<f16, Unary_##name>(args); }

// A functor of many instructions, written out once for each storage: a thread takes single elements, as arithmetic costs more
// than access here.
template<class T, class Op> DEV void singles(const UnaryArgs& args) {
  GRID_STRIDE(i, args.count) store((T*)args.y + i, Op::of(load((const T*)args.x + i), args.p, args.q));
}

#define LONG_UNARY(name, expression)                                                     \
  struct Unary_##name {                                                                  \
    DEV float of(float x, float p, float q) { return expression; }                       \
  };                                                                                     \
  KERNEL name##_f32(const UnaryArgs args) { singles<float, Unary_##name>(args); }        \
  KERNEL name##_bf16(const UnaryArgs args) { singles<bf16, Unary_##name>(args); }        \
  KERNEL name##_f16(const UnaryArgs args) { singles<f16, Unary_##name>(args); }

#define BINARY(name, expression)                                                         \
  struct Binary_##name {                                                                 \
    DEV float of(float a, float b, float p, float q) { return expression; }              \
  };                                                                                     \
  KERNEL name##_f32(const BinaryArgs args) { binary<float, Binary_##name>(args); }       \
  KERNEL name##_bf16(const BinaryArgs args) { binary<bf16, Binary_##name>(args); }       \
  KERNEL name##_f16(const BinaryArgs args) { binary<f16, Binary_##name>(args); }

// The functors of UnaryOps.cs; p and q are the fields of theirs that have any.
UNARY(neg, -x)
UNARY(abs, abs_(x))
UNARY(square, x * x)
UNARY(sqrt, sqrt_(x))
UNARY(rsqrt, rcp_(sqrt_(x)))
UNARY(reciprocal, rcp_(x))
UNARY(exp, exp_(x))
UNARY(log, log_(x))
UNARY(relu, x < 0.0f ? 0.0f : x)
UNARY(leaky_relu, x > 0.0f ? x : p * x)
UNARY(tanh, tanh_(x))
UNARY(scaled_tanh, p * tanh_(x))
UNARY(sigmoid, sigmoid_(x))
UNARY(softplus, softplus_(x))
UNARY(affine, fma_(x, p, q))
UNARY(divide_by, x / p)
UNARY(step, x > 0.0f ? 1.0f : 0.0f)
UNARY(sign, x > 0.0f ? 1.0f : x < 0.0f ? -1.0f : x)
UNARY(clamp, x < p ? p : x > q ? q : x)
UNARY(pow, pow_(x, p))

// The functors of SmoothOps.cs.
LONG_UNARY(sin, sine(x, 0))
LONG_UNARY(cos, sine(x, 1))
LONG_UNARY(erf, erf_(x))
LONG_UNARY(log_of_one_plus, log1p_(x))
LONG_UNARY(exp_minus_one, expm1_(x))
LONG_UNARY(gelu, x * normal_share(x))
LONG_UNARY(gelu_slope, gelu_slope_(x))
LONG_UNARY(gelu_tanh, x * sigmoid_(gelu_twice(x)))
LONG_UNARY(gelu_tanh_slope, gelu_tanh_slope_(x))
UNARY(silu, x * sigmoid_(x))
LONG_UNARY(silu_slope, silu_slope_(x))
LONG_UNARY(elu, x > 0.0f ? x : p * expm1_(x))
UNARY(elu_slope, x > 0.0f ? 1.0f : p * exp_(x))
UNARY(floor, floor_(x))
UNARY(ceiling, -floor_(-x))
UNARY(round, round_(x))

// The functors of BinaryOps.cs.
BINARY(add, a + b)
BINARY(sub, a - b)
BINARY(mul, a * b)
BINARY(div, a / b)
BINARY(maximum, max_nan(a, b))
BINARY(minimum, min_nan(a, b))
BINARY(add_relu, a + b < 0.0f ? 0.0f : a + b)
BINARY(add_leaky_relu, a + b > 0.0f ? a + b : p * (a + b))
BINARY(relu_grad, b > 0.0f ? a : 0.0f)
BINARY(leaky_relu_grad, b > 0.0f ? a : p * a)
BINARY(tanh_grad, a * (1.0f - b * b))
BINARY(sigmoid_grad, a * b * (1.0f - b))
BINARY(greater, a > b ? 1.0f : 0.0f)
BINARY(equal, a == b ? 1.0f : 0.0f)
BINARY(axpy, fma_(p, b, a))
BINARY(lerp, fma_(p, b - a, a))

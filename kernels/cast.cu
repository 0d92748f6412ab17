// y = x in another element type, and y = value. Overwrites.
//
// To an integer: rounded half to even, saturated, NaN becomes 0. To Bool: whether it is not 0, which NaN is not. To BF16 and
// F16: rounded half to even. Of what seldom meets (F64, I64, Bool, F16 beside others than F32) one kernel converts an element a
// thread, its types told by numbers: through I64 from integers, else through F64, and to BF16 by way of F32. Else a thread
// converts as many elements as fill 16 bytes in the wider type in a grid-stride loop, so that a warp reads and writes whole
// runs of both; the rest, and all of it where an array is not aligned to what a thread moves, goes element by element. Bytes
// moved per element: one of x and one of y.
#include "half.cuh"

struct CastArgs {
  const void* x;
  void* y;
  i64 count;
};

struct CastAnyArgs {
  const void* x;
  void* y;
  i64 count;
  int from, to;  // DType.cs
};

struct FillArgs {
  void* y;
  i64 bytes;
  u64 pattern;  // the element, repeated over eight bytes
  int size;     // bytes of an element
};

DEV int to_int(float x) {
  float r = round_(x);
  // 2^31 is the first float above the largest int.
  if (r >= 2147483648.0f) return 2147483647;
  if (r <= -2147483648.0f) return (int)0x80000000u;
  return is_nan(r) ? 0 : (int)r;
}
DEV u8 to_byte(float x) {
  float r = round_(x);
  return r > 0.0f ? r >= 255.0f ? (u8)255 : (u8)(int)r : (u8)0;
}

DEV void convert(float x, bf16& y) { from_float(x, y); }
DEV void convert(float x, int& y) { y = to_int(x); }
DEV void convert(float x, u8& y) { y = to_byte(x); }
DEV void convert(float x, f16& y) { from_float(x, y); }
DEV void convert(f16 x, float& y) { y = to_float(x); }
DEV void convert(bf16 x, float& y) { y = to_float(x); }
DEV void convert(bf16 x, int& y) { y = to_int(to_float(x)); }
DEV void convert(bf16 x, u8& y) { y = to_byte(to_float(x)); }
DEV void convert(int x, float& y) { y = (float)x; }
DEV void convert(int x, bf16& y) { from_float((float)x, y); }
DEV void convert(int x, u8& y) { y = x < 0 ? (u8)0 : x > 255 ? (u8)255 : (u8)x; }
DEV void convert(u8 x, float& y) { y = (float)x; }
DEV void convert(u8 x, bf16& y) { from_float((float)x, y); }
DEV void convert(u8 x, int& y) { y = x; }

DEV u32 bits_of(float x) { return f2u(x); }
DEV u32 bits_of(int x) { return (u32)x; }
DEV u32 bits_of(bf16 x) { return x.bits; }
DEV u32 bits_of(f16 x) { return x.bits; }
DEV u32 bits_of(u8 x) { return x; }
DEV void of_bits(u32 b, float& x) { x = u2f(b); }
DEV void of_bits(u32 b, int& x) { x = (int)b; }
DEV void of_bits(u32 b, bf16& x) { x.bits = (u16)b; }
DEV void of_bits(u32 b, f16& x) { x.bits = (u16)b; }
DEV void of_bits(u32 b, u8& x) { x = (u8)b; }

// N elements that fill 4, 8 or 16 bytes, in one access.
template<class T, int N> DEV void load_run(const T* p, T (&v)[N]) {
  const int words = N * (int)sizeof(T) / 4, per = 4 / (int)sizeof(T);
  u32 w[4];
  if (words == 4) {
    u4 four = ld4u(p);
    w[0] = four.x; w[1] = four.y; w[2] = four.z; w[3] = four.w;
  } else if (words == 2) {
    u64 two = *(const u64*)p;
    w[0] = (u32)two; w[1] = (u32)(two >> 32);
  } else {
    w[0] = *(const u32*)p;
  }
#pragma unroll
  for (int k = 0; k < N; k++) of_bits(w[k / per] >> (k % per * 8 * (int)sizeof(T)), v[k]);
}
template<class T, int N> DEV void store_run(T* p, const T (&v)[N]) {
  const int words = N * (int)sizeof(T) / 4, per = 4 / (int)sizeof(T);
  u32 w[4] = {0, 0, 0, 0};
#pragma unroll
  for (int k = 0; k < N; k++) w[k / per] |= bits_of(v[k]) << (k % per * 8 * (int)sizeof(T));
  if (words == 4) st4u(p, make_u4(w[0], w[1], w[2], w[3]));
  else if (words == 2) *(u64*)p = w[0] | (u64)w[1] << 32;
  else *(u32*)p = w[0];
}

template<class X, class Y> DEV void cast(const CastArgs& args) {
  const int wider = sizeof(X) > sizeof(Y) ? sizeof(X) : sizeof(Y), N = 16 / wider;
  const X* x = (const X*)args.x;
  Y* y = (Y*)args.y;
  bool aligned = (u64)x % (N * sizeof(X)) == 0 && (u64)y % (N * sizeof(Y)) == 0;
  i64 runs = aligned ? args.count / N : 0;
  GRID_STRIDE(i, runs) {
    X from[N];
    Y to[N];
    load_run(x + i * N, from);
#pragma unroll
    for (int k = 0; k < N; k++) convert(from[k], to[k]);
    store_run(y + i * N, to);
  }
  for (i64 i = runs * N + grid_first(); i < args.count; i += grid_step()) convert(x[i], y[i]);
}

#define CAST(x, X, y, Y) KERNEL cast_##x##_##y(const CastArgs args) { cast<X, Y>(args); }
CAST(f32, float, bf16, bf16)
CAST(f32, float, f16, f16)
CAST(f16, f16, f32, float)
CAST(f32, float, i32, int)
CAST(f32, float, u8, u8)
CAST(bf16, bf16, f32, float)
CAST(bf16, bf16, i32, int)
CAST(bf16, bf16, u8, u8)
CAST(i32, int, f32, float)
CAST(i32, int, bf16, bf16)
CAST(i32, int, u8, u8)
CAST(u8, u8, f32, float)
CAST(u8, u8, bf16, bf16)
CAST(u8, u8, i32, int)

enum { F32, BF16, I32, U8, F16, F64, I64, BOOL };

// To the nearest, half to even; of a double that is beyond a float's range or precision just the same.
DEV u16 d2h(double x) { u16 r; asm("cvt.rn.f16.f64 %0, %1;" : "=h"(r) : "d"(x)); return r; }
DEV double round_d(double x) { double r; asm("cvt.rni.f64.f64 %0, %1;" : "=d"(r) : "d"(x)); return r; }

DEV i64 integer_at(const CastAnyArgs& args, i64 i) {
  if (args.from == I64) return ((const i64*)args.x)[i];
  if (args.from == I32) return ((const int*)args.x)[i];
  return ((const u8*)args.x)[i];
}
DEV double number_at(const CastAnyArgs& args, i64 i) {
  if (args.from == F64) return ((const double*)args.x)[i];
  if (args.from == F32) return ((const float*)args.x)[i];
  if (args.from == F16) return to_float(((const f16*)args.x)[i]);
  return to_float(((const bf16*)args.x)[i]);
}

// Half to even, saturated, NaN to 0.
DEV i64 to_long(double x) {
  double r = round_d(x);
  if (r >= 9223372036854775808.0) return 9223372036854775807ll;
  if (r <= -9223372036854775808.0) return -9223372036854775807ll - 1;
  return r != r ? 0 : (i64)r;
}
DEV i64 limited(i64 x, i64 low, i64 high) { return x < low ? low : x > high ? high : x; }

DEV void put_integer(const CastAnyArgs& args, i64 i, i64 v) {
  if (args.to == I64) ((i64*)args.y)[i] = v;
  else if (args.to == I32) ((int*)args.y)[i] = (int)limited(v, -2147483648ll, 2147483647ll);
  else ((u8*)args.y)[i] = (u8)limited(v, 0, 255);
}
template<class T> DEV void put_number(const CastAnyArgs& args, i64 i, T v) {
  if (args.to == BOOL) ((u8*)args.y)[i] = v != 0;
  else if (args.to == F64) ((double*)args.y)[i] = (double)v;
  else if (args.to == F32) ((float*)args.y)[i] = (float)v;
  else if (args.to == F16) ((f16*)args.y)[i].bits = d2h((double)v);
  else from_float((float)v, ((bf16*)args.y)[i]);
}

KERNEL cast_any_u8(const CastAnyArgs args) {
  bool integer = args.from == I64 || args.from == I32 || args.from == U8 || args.from == BOOL;
  bool to_integer = args.to == I64 || args.to == I32 || args.to == U8;
  GRID_STRIDE(i, args.count) {
    if (integer) {
      i64 v = integer_at(args, i);
      if (to_integer) put_integer(args, i, v);
      else put_number(args, i, v);
    } else {
      double v = number_at(args, i);
      if (to_integer) put_integer(args, i, to_long(v));
      else put_number(args, i, v);
    }
  }
}

// The bytes up to the first multiple of 16, packs of 16 bytes, the bytes behind the last: y is aligned to its element.
KERNEL fill_u8(const FillArgs args) {
  u8* y = (u8*)args.y;
  i64 lead = min_((i64)(-(u64)y & 15), args.bytes), packs = (args.bytes - lead) / 16;
  u32 low = (u32)args.pattern, high = (u32)(args.pattern >> 32);
  GRID_STRIDE(i, packs) st4u(y + lead + i * 16, make_u4(low, high, low, high));
  i64 rest = args.bytes - packs * 16;
  GRID_STRIDE(i, rest / args.size) {
    i64 at = i * args.size < lead ? i * args.size : i * args.size + packs * 16;
    if (args.size == 8) *(u64*)(y + at) = args.pattern;
    else if (args.size == 4) *(u32*)(y + at) = low;
    else if (args.size == 2) *(u16*)(y + at) = (u16)low;
    else y[at] = (u8)low;
  }
}

// y = numbers of the device stream of Philox.cs: element i is made from word i mod 4 of block counter + i / 4. Overwrites.
//
// uniform: bit-equal to the CPU's. normal: Box-Muller on pairs of words, within 2e-6 of the CPU's double precision. A thread
// makes the four elements of a block in a grid-stride loop. The generator is read by every thread, so that a launch of one thread
// advances it afterwards. Bytes moved per element: it is written once.
#include "math.cuh"

struct RandomArgs {
  void* y;
  const u32* generator;  // key low, high, counter low, high
  i64 count;
  float low, span;       // uniform: low + u * span, and
  float high, below;     // the number that stands for results that round up to high
};

struct AdvanceArgs {
  u32* generator;
  u64 blocks;
};

DEV u4 block(const u32* g, i64 i) {
  u64 counter = (g[2] | (u64)g[3] << 32) + (u64)i;
  return philox(make_u4((u32)counter, (u32)(counter >> 32), 0, 0), g[0], g[1]);
}

// x / 256 steps of 2^-24.
DEV float fraction(u32 x) { return (float)(x >> 8) * 5.9604644775390625e-8f; }

struct Uniform {
  DEV float one(u32 x, const RandomArgs& args) {
    float y = args.low + fraction(x) * args.span;
    return y < args.high ? y : args.below;
  }
  DEV void four(u4 w, const RandomArgs& args, float (&v)[4]) {
    v[0] = one(w.x, args);
    v[1] = one(w.y, args);
    v[2] = one(w.z, args);
    v[3] = one(w.w, args);
  }
};

struct Normal {
  DEV void two(u32 x, u32 y, float& even, float& odd) {
    float r = sqrt_(-2.0f * log_((float)((x >> 8) + 1) * 5.9604644775390625e-8f)), s, c;
    sincos_turn(fraction(y), s, c);
    even = r * c;
    odd = r * s;
  }
  DEV void four(u4 w, const RandomArgs& args, float (&v)[4]) {
    two(w.x, w.y, v[0], v[1]);
    two(w.z, w.w, v[2], v[3]);
  }
};

template<class T, class Draw> DEV void draw(const RandomArgs& args) {
  T* y = (T*)args.y;
  bool aligned = (u64)y % (4 * sizeof(T)) == 0;
  GRID_STRIDE(i, (args.count + 3) / 4) {
    float v[4];
    Draw::four(block(args.generator, i), args, v);
    i64 rest = args.count - i * 4;
    T* to = y + i * 4;
    if (!aligned || rest < 4) {
#pragma unroll
      for (int k = 0; k < 4; k++) if (k < rest) store(to + k, v[k]);
    } else if (sizeof(T) == 4) {
      st4((float*)to, make_f4(v[0], v[1], v[2], v[3]));
    } else {
      *(u64*)to = f2bf2(v[0], v[1]) | (u64)f2bf2(v[2], v[3]) << 32;
    }
  }
}

KERNEL normal_f32(const RandomArgs args) { draw<float, Normal>(args); }
KERNEL normal_bf16(const RandomArgs args) { draw<bf16, Normal>(args); }
KERNEL uniform_f32(const RandomArgs args) { draw<float, Uniform>(args); }
KERNEL uniform_bf16(const RandomArgs args) { draw<bf16, Uniform>(args); }

KERNEL advance_i32(const AdvanceArgs args) {
  if (grid_first() != 0) return;
  u32* g = args.generator;
  u64 counter = (g[2] | (u64)g[3] << 32) + args.blocks;
  g[2] = (u32)counter;
  g[3] = (u32)(counter >> 32);
}

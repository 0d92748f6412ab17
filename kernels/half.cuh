// IEEE half precision: storage, converted in one instruction each way (to the nearest, half to even).
#pragma once
#include "common.cuh"

struct f16 { u16 bits; };

DEV float h2f(u16 x) { float r; asm("cvt.f32.f16 %0, %1;" : "=f"(r) : "h"(x)); return r; }
DEV u16 f2h(float x) { u16 r; asm("cvt.rn.f16.f32 %0, %1;" : "=h"(r) : "f"(x)); return r; }
DEV u32 f2h2(float lo, float hi) { return (u32)f2h(lo) | (u32)f2h(hi) << 16; }

DEV float to_float(f16 x) { return h2f(x.bits); }
DEV void from_float(float x, f16& y) { y.bits = f2h(x); }

DEV void unpack_halves(u4 u, float (&v)[8]) {
  v[0] = h2f((u16)u.x); v[1] = h2f((u16)(u.x >> 16)); v[2] = h2f((u16)u.y); v[3] = h2f((u16)(u.y >> 16));
  v[4] = h2f((u16)u.z); v[5] = h2f((u16)(u.z >> 16)); v[6] = h2f((u16)u.w); v[7] = h2f((u16)(u.w >> 16));
}
DEV void load_pack(const f16* p, float (&v)[8]) { unpack_halves(ld4u(p), v); }
DEV void ldg_pack(const f16* p, float (&v)[8]) { unpack_halves(ldg4u(p), v); }
DEV void store_pack(f16* p, const float (&v)[8]) {
  st4u(p, make_u4(f2h2(v[0], v[1]), f2h2(v[2], v[3]), f2h2(v[4], v[5]), f2h2(v[6], v[7])));
}

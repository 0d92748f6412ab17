// What every kernel includes: CUDA's words for clang-19 alone (no toolkit), or nvcc's own, and small helpers on top of them.
//
// Products and sums are never contracted behind our back (-ffp-contract=off, nvcc: -fmad=false): write fma_ where one rounding is
// meant. That keeps a kernel equal to the CPU's loops where those round twice, and independent of the compiler.
// C++17, for nvcc's sake. f4 and u4 have members x, y, z, w and nothing else on both compilers: build them with make_f4, make_u4.
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned u32;
typedef unsigned long long u64;
typedef long long i64;

#if defined(__clang__)
#define __global__ __attribute__((global))
#define __device__ __attribute__((device))
#define __shared__ __attribute__((shared))
#define __constant__ __attribute__((constant))
#define __launch_bounds__(...) __attribute__((launch_bounds(__VA_ARGS__)))
#define DEV static __attribute__((device)) __attribute__((always_inline)) inline
#define ALIGN(bytes) __attribute__((aligned(bytes)))
typedef float f4 __attribute__((ext_vector_type(4)));  // 16-byte aligned: one v4 access
typedef u32 u4 __attribute__((ext_vector_type(4)));
DEV f4 make_f4(float x, float y, float z, float w) { f4 v = {x, y, z, w}; return v; }
DEV u4 make_u4(u32 x, u32 y, u32 z, u32 w) { u4 v = {x, y, z, w}; return v; }
DEV u32 tidx()  { return __nvvm_read_ptx_sreg_tid_x(); }
DEV u32 tidy()  { return __nvvm_read_ptx_sreg_tid_y(); }
DEV u32 bidx()  { return __nvvm_read_ptx_sreg_ctaid_x(); }
DEV u32 bidy()  { return __nvvm_read_ptx_sreg_ctaid_y(); }
DEV u32 bidz()  { return __nvvm_read_ptx_sreg_ctaid_z(); }
DEV u32 bdimx() { return __nvvm_read_ptx_sreg_ntid_x(); }
DEV u32 bdimy() { return __nvvm_read_ptx_sreg_ntid_y(); }
DEV u32 gdimx() { return __nvvm_read_ptx_sreg_nctaid_x(); }
DEV u32 gdimy() { return __nvvm_read_ptx_sreg_nctaid_y(); }
DEV u32 gdimz() { return __nvvm_read_ptx_sreg_nctaid_z(); }
DEV u32 f2u(float x) { return __builtin_bit_cast(u32, x); }
DEV float u2f(u32 x) { return __builtin_bit_cast(float, x); }
#define FULL 0xffffffffu
DEV void sync()                    { __syncthreads(); }
DEV void warp_sync()               { __nvvm_bar_warp_sync(FULL); }
DEV void fence_gpu()               { __nvvm_membar_gl(); }
DEV float shfl_xor(float v, int m)  { return __nvvm_shfl_sync_bfly_f32(FULL, v, m, 31); }
DEV float shfl_down(float v, int d) { return __nvvm_shfl_sync_down_f32(FULL, v, d, 31); }
DEV float shfl_up(float v, int d)   { return __nvvm_shfl_sync_up_f32(FULL, v, d, 0); }
DEV float shfl_idx(float v, int l)  { return __nvvm_shfl_sync_idx_f32(FULL, v, l, 31); }
DEV int shfl_xor_i(int v, int m)    { return __nvvm_shfl_sync_bfly_i32(FULL, v, m, 31); }
DEV int shfl_idx_i(int v, int l)    { return __nvvm_shfl_sync_idx_i32(FULL, v, l, 31); }
DEV u32 warp_ballot(bool p)             { return __nvvm_vote_ballot_sync(FULL, p); }
DEV bool warp_any(bool p)               { return __nvvm_vote_any_sync(FULL, p); }
DEV bool warp_all(bool p)               { return __nvvm_vote_all_sync(FULL, p); }
DEV float fma_(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
DEV float abs_(float x)   { return __builtin_fabsf(x); }
DEV float floor_(float x) { return __builtin_floorf(x); }
DEV float trunc_(float x) { return __builtin_truncf(x); }
DEV float round_(float x) { return __builtin_rintf(x); }  // half to even
DEV float sqrt_(float x)  { return __nvvm_sqrt_rn_f(x); }
DEV float rcp_(float x)   { return __nvvm_rcp_rn_f(x); }
DEV u32 mul_high(u32 a, u32 b)   { return __nvvm_mulhi_ui(a, b); }
DEV u64 mul_high64(u64 a, u64 b) { return __nvvm_mulhi_ull(a, b); }
// ld.global.nc.v4.f32: memory that no thread writes in this launch
DEV f4 ldg4(const float* p) { return __nvvm_ldg_f4((const f4*)p); }
DEV u4 ldg4u(const void* p) { return __nvvm_ldg_ui4((const u4*)p); }
DEV int atomic_add_i(int* p, int v)          { return __nvvm_atom_add_gen_i(p, v); }
DEV int atomic_cas_i(int* p, int cmp, int v) { return __nvvm_atom_cas_gen_i(p, cmp, v); }
DEV u32 smem_u32(const void* p) { return (u32)(u64)(__attribute__((address_space(3))) const void*)p; }
#else
#define DEV static __device__ __forceinline__
#define ALIGN(bytes) __align__(bytes)
typedef float4 f4;
typedef uint4 u4;
DEV f4 make_f4(float x, float y, float z, float w) { return make_float4(x, y, z, w); }
DEV u4 make_u4(u32 x, u32 y, u32 z, u32 w) { return make_uint4(x, y, z, w); }
DEV u32 tidx()  { return threadIdx.x; }
DEV u32 tidy()  { return threadIdx.y; }
DEV u32 bidx()  { return blockIdx.x; }
DEV u32 bidy()  { return blockIdx.y; }
DEV u32 bidz()  { return blockIdx.z; }
DEV u32 bdimx() { return blockDim.x; }
DEV u32 bdimy() { return blockDim.y; }
DEV u32 gdimx() { return gridDim.x; }
DEV u32 gdimy() { return gridDim.y; }
DEV u32 gdimz() { return gridDim.z; }
DEV u32 f2u(float x) { return __float_as_uint(x); }
DEV float u2f(u32 x) { return __uint_as_float(x); }
#define FULL 0xffffffffu
DEV void sync()                    { __syncthreads(); }
DEV void warp_sync()               { __syncwarp(); }
DEV void fence_gpu()               { __threadfence(); }
DEV float shfl_xor(float v, int m)  { return __shfl_xor_sync(FULL, v, m); }
DEV float shfl_down(float v, int d) { return __shfl_down_sync(FULL, v, d); }
DEV float shfl_up(float v, int d)   { return __shfl_up_sync(FULL, v, d); }
DEV float shfl_idx(float v, int l)  { return __shfl_sync(FULL, v, l); }
DEV int shfl_xor_i(int v, int m)    { return __shfl_xor_sync(FULL, v, m); }
DEV int shfl_idx_i(int v, int l)    { return __shfl_sync(FULL, v, l); }
DEV u32 warp_ballot(bool p)             { return __ballot_sync(FULL, p); }
DEV bool warp_any(bool p)               { return __any_sync(FULL, p); }
DEV bool warp_all(bool p)               { return __all_sync(FULL, p); }
DEV float fma_(float a, float b, float c) { return __fmaf_rn(a, b, c); }
DEV float abs_(float x)   { return fabsf(x); }
DEV float floor_(float x) { return floorf(x); }
DEV float trunc_(float x) { return truncf(x); }
DEV float round_(float x) { return rintf(x); }
DEV float sqrt_(float x)  { return __fsqrt_rn(x); }
DEV float rcp_(float x)   { return __frcp_rn(x); }
DEV u32 mul_high(u32 a, u32 b)   { return __umulhi(a, b); }
DEV u64 mul_high64(u64 a, u64 b) { return __umul64hi(a, b); }
DEV f4 ldg4(const float* p) { return __ldg((const f4*)p); }
DEV u4 ldg4u(const void* p) { return __ldg((const u4*)p); }
DEV int atomic_add_i(int* p, int v)          { return atomicAdd(p, v); }
DEV int atomic_cas_i(int* p, int cmp, int v) { return atomicCAS(p, cmp, v); }
DEV u32 smem_u32(const void* p) { return (u32)__cvta_generic_to_shared(p); }
#endif

#define KERNEL extern "C" __global__ void

// ---- numbers -----------------------------------------------------------------------------------------------------------
DEV float inf_() { return u2f(0x7f800000u); }
DEV bool is_nan(float x) { return x != x; }
DEV i64 min_(i64 a, i64 b) { return a < b ? a : b; }
DEV float max_nan(float a, float b) { return a > b || is_nan(a) ? a : b; }  // the larger; NaN if either is
DEV float min_nan(float a, float b) { return a < b || is_nan(a) ? a : b; }

// ---- bfloat16: the upper half of a float; storage only ---------------------------------------------------------------
struct bf16 { u16 bits; };
DEV float bf_lo(u32 pair) { return u2f(pair << 16); }
DEV float bf_hi(u32 pair) { return u2f(pair & 0xffff0000u); }
#if __CUDA_ARCH__ >= 800
DEV u32 f2bf2(float lo, float hi) { u32 r; asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(r) : "f"(hi), "f"(lo)); return r; }
DEV u16 f2bf(float x) { return (u16)f2bf2(x, 0.0f); }
#else
// Nearest, half to even; a NaN stays quiet.
DEV u32 f2bf_high(float x) { u32 b = f2u(x); return is_nan(x) ? b | 0x400000u : b + 0x7fffu + (b >> 16 & 1u); }
DEV u16 f2bf(float x) { return (u16)(f2bf_high(x) >> 16); }
DEV u32 f2bf2(float lo, float hi) { return f2bf_high(lo) >> 16 | (f2bf_high(hi) & 0xffff0000u); }
#endif

// ---- memory ------------------------------------------------------------------------------------------------------------
// Elements of T that fill 16 bytes: 4 floats, 8 bf16, 16 bytes.
template<class T> struct Width { static const int value = 16 / (int)sizeof(T); };

DEV float to_float(float x) { return x; }
DEV float to_float(bf16 x) { return u2f((u32)x.bits << 16); }
DEV void from_float(float x, float& y) { y = x; }
DEV void from_float(float x, bf16& y) { y.bits = f2bf(x); }

template<class T> DEV float load(const T* p) { return to_float(*p); }
template<class T> DEV void store(T* p, float v) { T t; from_float(v, t); *p = t; }

DEV bool aligned16(const void* p) { return ((u64)p & 15) == 0; }
DEV f4 ld4(const float* p) { return *(const f4*)p; }  // p 16-byte aligned
DEV void st4(float* p, f4 v) { *(f4*)p = v; }
DEV u4 ld4u(const void* p) { return *(const u4*)p; }
DEV void st4u(void* p, u4 v) { *(u4*)p = v; }

DEV void unpack(u4 u, float (&v)[4]) { v[0] = u2f(u.x); v[1] = u2f(u.y); v[2] = u2f(u.z); v[3] = u2f(u.w); }
DEV void unpack(u4 u, float (&v)[8]) {
  v[0] = bf_lo(u.x); v[1] = bf_hi(u.x); v[2] = bf_lo(u.y); v[3] = bf_hi(u.y);
  v[4] = bf_lo(u.z); v[5] = bf_hi(u.z); v[6] = bf_lo(u.w); v[7] = bf_hi(u.w);
}
DEV u4 pack(const float (&v)[4]) { return make_u4(f2u(v[0]), f2u(v[1]), f2u(v[2]), f2u(v[3])); }
DEV u4 pack(const float (&v)[8]) { return make_u4(f2bf2(v[0], v[1]), f2bf2(v[2], v[3]), f2bf2(v[4], v[5]), f2bf2(v[6], v[7])); }

// 16 bytes at an aligned address as floats and back: v has 4 elements for float, 8 for bf16.
template<class T> DEV void load_pack(const T* p, float (&v)[Width<T>::value]) { unpack(ld4u(p), v); }
template<class T> DEV void ldg_pack(const T* p, float (&v)[Width<T>::value]) { unpack(ldg4u(p), v); }
template<class T> DEV void store_pack(T* p, const float (&v)[Width<T>::value]) { st4u(p, pack(v)); }

// ---- grid and block (one-dimensional, a multiple of 32 threads) -----------------------------------------------------
DEV i64 grid_first() { return (i64)bidx() * bdimx() + tidx(); }
DEV i64 grid_step() { return (i64)gdimx() * bdimx(); }
#define GRID_STRIDE(i, n) for (i64 i = grid_first(), i##_step = grid_step(); i < (n); i += i##_step)

DEV float warp_sum(float v) { for (int m = 16; m; m >>= 1) v += shfl_xor(v, m); return v; }
DEV float warp_max(float v) { for (int m = 16; m; m >>= 1) v = max_nan(v, shfl_xor(v, m)); return v; }

// Over all threads of a block; every thread gets the result and must arrive. Both barriers are needed: the first makes the warps'
// parts visible, the second keeps the next call from overwriting parts that a slow warp still reads.
DEV float block_sum(float v) {
  __shared__ float part[32];
  u32 lane = tidx() & 31, warp = tidx() >> 5, warps = bdimx() >> 5;
  v = warp_sum(v);
  if (lane == 0) part[warp] = v;
  sync();
  v = warp_sum(lane < warps ? part[lane] : 0.0f);
  sync();
  return v;
}
DEV float block_max(float v) {
  __shared__ float part[32];
  u32 lane = tidx() & 31, warp = tidx() >> 5, warps = bdimx() >> 5;
  v = warp_max(v);
  if (lane == 0) part[warp] = v;
  sync();
  v = warp_max(lane < warps ? part[lane] : -inf_());
  sync();
  return v;
}

// ---- Philox 4x32-10 (Salmon et al. 2011), as in Philox.cs ----------------------------------------------------------
DEV u4 philox(u4 c, u32 k0, u32 k1) {
#pragma unroll
  for (int r = 0; r < 10; r++) {
    u64 p0 = (u64)c.x * 0xD2511F53u, p1 = (u64)c.z * 0xCD9E8D57u;
    c = make_u4((u32)(p1 >> 32) ^ c.y ^ k0, (u32)p1, (u32)(p0 >> 32) ^ c.w ^ k1, (u32)p0);
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return c;
}

// ---- tensor cores and asynchronous copies ------------------------------------------------------------------------------
// Each lane gives the address of one 16-byte row.
DEV void ldmatrix4(u32 (&r)[4], u32 a) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
    : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(a) : "memory");
}
DEV void ldmatrix4t(u32 (&r)[4], u32 a) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
    : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(a) : "memory");
}
#if __CUDA_ARCH__ >= 800
DEV u32 f2tf32(float f) { u32 r; asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(r) : "f"(f)); return r; }
DEV void mma_bf16(float (&d)[4], const u32 (&a)[4], const u32 (&b)[2]) {  // D += A(16x16) * B(16x8)
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
    : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]) : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
DEV void mma_tf32(float (&d)[4], const u32 (&a)[4], const u32 (&b)[2]) {  // D += A(16x8) * B(8x8)
  asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
    : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]) : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
DEV void cp_async16(u32 dst, const void* src, u32 bytes) {  // bytes 0..16, the rest is zero-filled
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" :: "r"(dst), "l"(src), "r"(bytes) : "memory");
}
DEV void cp_commit() { asm volatile("cp.async.commit_group;" ::: "memory"); }
template<int N> DEV void cp_wait() { asm volatile("cp.async.wait_group %0;" :: "n"(N) : "memory"); }
#endif

// A unit of V neighbouring channels, which a thread moves as floats: one element, or the 16 bytes that its type packs.
#pragma once
#include "divide.cuh"

template<class T> DEV void load_unit(const T* p, float (&v)[1]) { v[0] = load(p); }
template<class T> DEV void store_unit(T* p, const float (&v)[1]) { store(p, v[0]); }
DEV void load_unit(const float* p, float (&v)[4]) { load_pack(p, v); }
DEV void load_unit(const bf16* p, float (&v)[8]) { load_pack(p, v); }
DEV void store_unit(float* p, const float (&v)[4]) { store_pack(p, v); }
DEV void store_unit(bf16* p, const float (&v)[8]) { store_pack(p, v); }

// The same of 32-bit integers.
DEV void load_ints(const int* p, int (&v)[1]) { v[0] = *p; }
template<int V> DEV void load_ints(const int* p, int (&v)[V]) {
#pragma unroll
  for (int k = 0; k < V; k += 4) {
    u4 u = ld4u(p + k);
    v[k] = (int)u.x; v[k + 1] = (int)u.y; v[k + 2] = (int)u.z; v[k + 3] = (int)u.w;
  }
}
DEV void store_ints(int* p, const int (&v)[1]) { *p = v[0]; }
template<int V> DEV void store_ints(int* p, const int (&v)[V]) {
#pragma unroll
  for (int k = 0; k < V; k += 4) st4u(p + k, make_u4((u32)v[k], (u32)v[k + 1], (u32)v[k + 2], (u32)v[k + 3]));
}

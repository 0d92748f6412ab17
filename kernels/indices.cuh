// Indices along an axis, 32 or 64 bits wide.
#pragma once
#include "divide.cuh"

// An index that names no element must not pass in silence: the launch fails.
DEV i64 index_in(const void* indices, i64 i, int wide, i64 length) {
  i64 k = wide ? ((const i64*)indices)[i] : (i64)((const int*)indices)[i];
  if ((u64)k >= (u64)length) asm volatile("trap;");
  return k;
}

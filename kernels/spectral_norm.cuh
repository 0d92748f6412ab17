// What both passes of spectral normalisation share: blocks that work on one layer, and meet.
//
// Each layer has a group of blocks in proportion to its size, with a barrier of its own, so that a small layer does not wait for
// a large one. No sum has a moving order.
#pragma once
#include "common.cuh"

const int Threads = 256;

// All blocks of a group arrive before any goes on, and see what the others wrote. The first block's addend makes a full round
// flip the top bit and leave the rest 0; nobody can start the next round before everybody has seen the flip.
DEV void group_barrier(int* arrivals, int rank, int blocks) {
  sync();
  if (blocks == 1) return;
  if (tidx() == 0) {
    fence_gpu();
    int old = atomic_add_i(arrivals, rank == 0 ? (int)(0x80000000u - (u32)(blocks - 1)) : 1);
    while (((old ^ *(volatile int*)arrivals) & 0x80000000) == 0) {
    }
    fence_gpu();
  }
  sync();
}

DEV float sum_of(const float* x, int count) {
  float s = 0.0f;
  for (int i = (int)tidx(); i < count; i += Threads) s += x[i];
  return block_sum(s);
}

DEV float add_dot(float s, f4 a, f4 b) { return fma_(a.w, b.w, fma_(a.z, b.z, fma_(a.y, b.y, fma_(a.x, b.x, s)))); }

// c = op(a) * op(b), or c += op(a) * op(b), for one matrix or a batch of them, dense and row-major: the kernels' common body.
#pragma once
#include "gemm.cuh"

struct MatMulArgs {
  const void* a;
  const void* b;
  i64 pitchA, pitchB, batchA, batchB;  // elements between rows as stored, and between batches
  Gemm gemm;
};

template<class T, bool TRANSPOSED> struct Left { typedef MatrixRows<T> Source; };
template<class T> struct Left<T, true> { typedef MatrixColumns<T> Source; };
template<class T, bool TRANSPOSED> struct Right { typedef MatrixColumns<T> Source; };
template<class T> struct Right<T, true> { typedef MatrixRows<T> Source; };

template<class Tile, class T, bool TRANSPOSE_A, bool TRANSPOSE_B> DEV void matmul(const MatMulArgs& args) {
  const Gemm& g = args.gemm;
  Block block(g, Tile::M, Tile::N);
  typename Left<T, TRANSPOSE_A>::Source a = {(const T*)args.a + block.batch * args.batchA, args.pitchA, g.m, block.end};
  typename Right<T, TRANSPOSE_B>::Source b = {(const T*)args.b + block.batch * args.batchB, args.pitchB, g.n, block.end};
  multiply_block<Tile>(g, block, a, b);
}

// {shape}_{n or t}{n or t}_{type}: which operands are stored transposed.
#define MATMUL(type, T, shape, Tile) \
  KERNEL __launch_bounds__(Tile::THREADS, Tile::RESIDENT) \
      matmul_##shape##_nn_##type(MatMulArgs args) { matmul<Tile, T, false, false>(args); } \
  KERNEL __launch_bounds__(Tile::THREADS, Tile::RESIDENT) \
      matmul_##shape##_nt_##type(MatMulArgs args) { matmul<Tile, T, false, true>(args); } \
  KERNEL __launch_bounds__(Tile::THREADS, Tile::RESIDENT) \
      matmul_##shape##_tn_##type(MatMulArgs args) { matmul<Tile, T, true, false>(args); } \
  KERNEL __launch_bounds__(Tile::THREADS, Tile::RESIDENT) \
      matmul_##shape##_tt_##type(MatMulArgs args) { matmul<Tile, T, true, true>(args); }
